"""Plan the round of a night guard and estimate when it is over."""

import json
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
WALK = 75
log = logging.getLogger("rounds")


@dataclass
class Stop:
    name: str
    depot: str
    minutes: int
    distance: int


@dataclass
class Shift:
    depot: str
    start: int
    limit: int

    @classmethod
    def from_environment(cls) -> "Shift":
        depot = os.environ.get("ROUND_DEPOT", "south")
        start = int(os.environ.get("ROUND_START_HOUR", "22"))
        limit = int(os.environ.get("ROUND_MINUTES", "240"))
        if limit > 180:
            log.warning("a round of %d minutes needs a break", limit)
        return cls(depot, start, limit)


def read_stops(path: Path) -> list[Stop]:
    stops = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        if entry["distance"] is None:
            log.warning("%s: distance unknown, 1000 taken", entry["name"])
            entry["distance"] = 1000
        stops.append(Stop(**entry))
    return stops


def order(stops: list[Stop], shift: Shift) -> list[Stop]:
    chosen = [stop for stop in stops if stop.depot == shift.depot]
    return sorted(chosen, key=lambda stop: stop.distance)


def fits(ordered: list[Stop], shift: Shift) -> bool:
    needed = sum(stop.minutes for stop in ordered)
    log.info("%d of %d minutes at the stops", needed, shift.limit)
    return needed <= shift.limit


def briefing(ordered: list[Stop], shift: Shift) -> str:
    first, last = ordered[0], ordered[-1]
    walk = last.distance // WALK
    total = walk + sum(stop.minutes for stop in ordered)
    end = shift.start * 60 + total
    clock = f"{end // 60 % 24:02d}:{end % 60:02d}"
    return f"{shift.depot}: begin at {first.name}, back from {last.name} at {clock}"


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    shift = Shift.from_environment()
    stops = read_stops(HERE / "stops.json")
    log.info("%d stops on file", len(stops))
    ordered = order(stops, shift)
    if not fits(ordered, shift):
        log.error("the round is too long")
        return 2
    print(briefing(ordered, shift))
    return 0


if __name__ == "__main__":
    sys.exit(main())
