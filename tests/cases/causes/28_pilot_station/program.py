"""Tell which ships can come in at the present tide, from the gauges along the fairway."""

import asyncio
import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from gauges import open_gauges

HERE = Path(__file__).resolve().parent
CHART = {"bar": 6.9, "ferry": 6.2, "mole": 8.4, "skerry": 5.8}
NEIGHBOUR = {"mole": "bar"}
PATIENCE = 0.5
log = logging.getLogger("pilots")


@dataclass
class Gauge:
    name: str
    port: int
    level: float | None = None


async def query(port: int) -> float:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"level\n")
        await writer.drain()
        line = await reader.readline()
    finally:
        writer.close()
    return float(line.split()[1])


async def ask(port: int) -> float | None:
    try:
        return await asyncio.wait_for(query(port), PATIENCE)
    except TimeoutError:
        return None


async def read(gauge: Gauge, ports: dict[str, int]) -> Gauge:
    try:
        gauge.level = await ask(gauge.port)
    except ConnectionRefusedError:
        other = NEIGHBOUR[gauge.name]
        log.warning("%s: gauge is off, the level at %s is taken", gauge.name, other)
        gauge.level = await ask(ports[other])
    return gauge


async def survey(ports: dict[str, int]) -> dict[str, Gauge]:
    gauges = [Gauge(name, port) for name, port in ports.items()]
    await asyncio.gather(*(read(gauge, ports) for gauge in gauges))
    log.info("%d gauges read", len(gauges))
    return {gauge.name: gauge for gauge in gauges}


def depth(berth: str, gauges: dict[str, Gauge]) -> float:
    charted, gauge = CHART[berth], gauges[berth]
    return charted + gauge.level


def clearance(ship: dict, gauges: dict[str, Gauge]) -> float:
    below = round(depth(ship["berth"], gauges) - ship["draught"], 2)
    if below < 1.0:
        log.warning("%s: %.2f m below the keel, slow", ship["name"], below)
    return below


async def fetch() -> dict[str, Gauge]:
    async with open_gauges() as ports:
        return await survey(ports)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    ships = json.loads((HERE / "ships.json").read_text(encoding="utf-8"))
    gauges = asyncio.run(fetch())
    for ship in ships:
        below = clearance(ship, gauges)
        log.info("%s to %s: %.2f m", ship["name"], ship["berth"], below)
    print(f"{len(ships)} ships can come in")
    return 0


if __name__ == "__main__":
    sys.exit(main())
