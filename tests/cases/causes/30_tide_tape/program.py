"""Compare the levels on a tide gauge's tape with the almanac, which counts days in UTC."""

import csv
import json
import logging
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ODD = 25
log = logging.getLogger("tides")


@dataclass(frozen=True)
class Level:
    moment: datetime
    centimetres: int

    @property
    def day(self) -> date:
        return self.moment.date()


@dataclass(frozen=True)
class Expected:
    mean: int
    note: str


def use_zone(zone: str) -> None:
    os.environ["TZ"] = zone
    time.tzset()
    log.info("printing in %s", time.tzname[0])


def read_tape(records: list[list]) -> list[Level]:
    levels = []
    for stamp, centimetres in records:
        if centimetres is None:
            moment = datetime.fromtimestamp(stamp, UTC)
            log.warning("no level at %s, the float was stuck", moment.strftime("%d %H:%M"))
            continue
        moment = datetime.fromtimestamp(stamp)
        levels.append(Level(moment, centimetres))
    log.info("%d levels on the tape", len(levels))
    return levels


def read_almanac(path: Path) -> dict[date, Expected]:
    almanac = {}
    with path.open(newline="", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            day = date.fromisoformat(row["day"])
            almanac[day] = Expected(int(row["mean"]), row["note"])
            if not row["note"]:
                log.warning("almanac: no note for %s", day)
    return almanac


def difference(level: Level, almanac: dict[date, Expected]) -> int:
    day = level.day
    expected = almanac[day]
    off = level.centimetres - expected.mean
    if abs(off) > ODD:
        log.warning("%s: %+d cm, strong wind?", level.moment.strftime("%H:%M"), off)
    return off


def compare(levels: list[Level], almanac: dict[date, Expected]) -> list[int]:
    found = []
    for level in sorted(levels, key=lambda one: one.moment):
        found.append(difference(level, almanac))
        log.info("%s: %+d cm", level.moment.strftime("%H:%M"), found[-1])
    return found


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    tape = json.loads((HERE / "tape.json").read_text(encoding="utf-8"))
    use_zone(tape["zone"])
    levels = read_tape(tape["records"])
    almanac = read_almanac(HERE / "almanac.csv")
    found = compare(levels, almanac)
    print(f"{tape['station']}: {sum(found) / len(found):+.1f} cm on average")
    return 0


if __name__ == "__main__":
    sys.exit(main())
