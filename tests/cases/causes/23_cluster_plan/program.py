"""Plan which service of a small cluster listens on which port of which host."""

import json
import logging
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOSTS = ("ash", "birch", "cedar")
LEAST_MEMORY = 128
DEBUG_PORT = 5678
log = logging.getLogger("cluster")


class PortTaken(Exception):
    """Two services want the same port of a host."""


@dataclass
class Service:
    name: str
    image: str
    replicas: int
    memory: int
    ports: list[int]


@cache
def templates() -> dict[str, dict]:
    return json.loads((HERE / "templates.json").read_text(encoding="utf-8"))


def memory_of(entry: dict, template: dict) -> int:
    wanted = entry.get("memory", template["memory"])
    if wanted < LEAST_MEMORY:
        log.warning("%s: %d MB is little, using %d", entry["name"], wanted, LEAST_MEMORY)
    return max(wanted, LEAST_MEMORY)


def build(entry: dict) -> Service:
    template = templates()[entry["kind"]]
    ports = template["ports"]
    if entry.get("debug"):
        log.warning("%s: debugging is on, do not leave it so", entry["name"])
        ports.append(DEBUG_PORT)
    return Service(
        entry["name"],
        template["image"],
        entry["replicas"],
        memory_of(entry, template),
        ports,
    )


def outside_port(service: Service, port: int, offset: int) -> int:
    return port if port == DEBUG_PORT else port + 100 * offset


def place(services: list[Service]) -> dict[tuple[str, int], str]:
    taken: dict[tuple[str, int], str] = {}
    for offset, service in enumerate(services):
        for number in range(service.replicas):
            host = HOSTS[number % len(HOSTS)]
            for port in service.ports:
                outside = outside_port(service, port, offset)
                key = (host, outside)
                if key in taken:
                    raise PortTaken(f"{host}: port {outside} for {service.name}")
                taken[key] = service.name
        log.info("%s placed on %d hosts", service.name, service.replicas)
    return taken


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    entries = json.loads((HERE / "services.json").read_text(encoding="utf-8"))
    services = [build(entry) for entry in entries]
    memory = sum(service.memory * service.replicas for service in services)
    log.info("%d services, %d MB", len(services), memory)
    taken = place(services)
    for (host, port), name in sorted(taken.items()):
        print(f"{host}:{port} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
