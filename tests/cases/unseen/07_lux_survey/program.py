"""Sum up a survey of the light in a building's rooms."""

import argparse
import csv
import logging
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
log = logging.getLogger("survey")


@dataclass
class Reading:
    room: str
    floor: int
    time: str
    lux: float


@dataclass
class Report:
    limit: float
    values: list[float] = field(default_factory=list)
    dark: list[str] = field(default_factory=list)

    def add(self, reading: Reading) -> None:
        self.values.append(reading.lux)
        if reading.lux < self.limit:
            self.dark.append(f"{reading.room} at {reading.time}")

    def summary(self) -> str:
        mean = statistics.fmean(self.values)
        share = 100 * len(self.dark) / len(self.values)
        return f"mean {mean:.0f} lux, {share:.0f} % below {self.limit:.0f}"


def read_readings(path: Path) -> list[Reading]:
    readings = []
    with path.open(newline="", encoding="utf-8") as source:
        for line, row in enumerate(csv.DictReader(source), 2):
            if not row["lux"]:
                log.warning("%s line %d: %s was not measured", path.name, line, row["room"])
                continue
            readings.append(Reading(row["room"], int(row["floor"]), row["time"], float(row["lux"])))
    log.info("%s: %d readings", path.name, len(readings))
    return readings


def survey(readings: list[Reading], only: str, limit: float) -> Report:
    report = Report(limit)
    for reading in readings:
        if reading.room.startswith(only):
            report.add(reading)
    for place in report.dark:
        log.warning("too dark: %s", place)
    return report


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--only", default="", metavar="PREFIX", help="rooms that begin with it")
    parser.add_argument("--limit", type=float, default=300)
    parser.add_argument("--title", default="Light survey")
    options = parser.parse_args()
    if options.limit > 500:
        log.warning("a limit of %.0f lux is more than the rules ask for", options.limit)
    readings = read_readings(HERE / options.file)
    report = survey(readings, options.only, options.limit)
    log.info("%d places are too dark", len(report.dark))
    print(f"{options.title}: {report.summary()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
