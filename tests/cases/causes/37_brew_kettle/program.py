"""Follow a brew by the probes in its vessels and work out how much bitterness the hops give."""

import json
import logging
import math
import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PATIENCE = 0.4
AMBIENT = 20.0
log = logging.getLogger("brew")


@dataclass
class Probe:
    vessel: str
    degrees: list[float]
    pause: float
    readings: queue.Queue = field(default_factory=queue.Queue)

    def measure(self) -> None:
        time.sleep(self.pause)
        for value in self.degrees:
            self.readings.put(value)

    def latest(self, known: float) -> float:
        try:
            value = self.readings.get(timeout=PATIENCE)
        except queue.Empty:
            return known
        while not self.readings.empty():
            value = self.readings.get_nowait()
        return value


def start(recipe: dict) -> dict[str, Probe]:
    probes = {}
    for vessel, degrees in recipe["vessels"].items():
        probes[vessel] = Probe(vessel, degrees, recipe["seconds"][vessel])
        threading.Thread(target=probes[vessel].measure, name=vessel, daemon=True).start()
    log.info("%d probes started", len(probes))
    return probes


def temperatures(probes: dict[str, Probe]) -> dict[str, float]:
    found = {}
    for vessel, probe in probes.items():
        found[vessel] = probe.latest(known=AMBIENT)
        if vessel == "chiller" and found[vessel] < 19:
            log.warning("chiller is at %.1f, colder than planned", found[vessel])
    log.info("temperatures of %d vessels", len(found))
    return found


def mash_is_done(found: dict[str, float]) -> bool:
    done = found["mash"] > 65
    log.info("mash at %.1f: %s", found["mash"], "done" if done else "wait")
    return done


def steam(found: dict[str, float]) -> dict[str, float]:
    return {vessel: degrees - AMBIENT for vessel, degrees in found.items()}


def bitterness(hop: dict, rises: dict[str, float]) -> float:
    if not hop["grams"]:
        log.warning("%s: nothing to add", hop["name"])
        return 0.0
    rise = rises[hop["vessel"]]
    return round(hop["grams"] * math.log(rise) / 10, 1)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    recipe = json.loads((HERE / "recipe.json").read_text(encoding="utf-8"))
    found = temperatures(start(recipe))
    if not mash_is_done(found):
        return 0
    rises = steam(found)
    units = [bitterness(hop, rises) for hop in reversed(recipe["hops"])]
    print(f"{recipe['name']}: {sum(units):.1f} units")
    return 0


if __name__ == "__main__":
    sys.exit(main())
