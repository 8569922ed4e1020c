"""Rank the clubs of a city run by the times of their runners' chips."""

import csv
import logging
import sys
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLOSING = timedelta(minutes=90)
log = logging.getLogger("results")


@dataclass
class Runner:
    bib: int
    club: str
    start: datetime
    gave_up: bool = False
    time: timedelta | None = None


def at(clock: str) -> datetime:
    return datetime.strptime(f"2024-05-12 {clock}", "%Y-%m-%d %H:%M:%S")


def finish(runner: Runner, clock: str) -> None:
    if not clock:
        log.warning("bib %d did not finish", runner.bib)
        runner.gave_up = True
        return
    with suppress(ValueError):
        hours, minutes, seconds = (int(part) for part in clock.split(":"))
        moment = at("00:00:00").replace(hour=hours, minute=minutes, second=seconds)
        runner.time = moment - runner.start


def read_chips(path: Path) -> list[Runner]:
    runners = []
    with path.open(newline="", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            runner = Runner(int(row["bib"]), row["club"], at(row["start"]))
            finish(runner, row["finish"].strip())
            runners.append(runner)
    log.info("%d chips read", len(runners))
    return runners


def slow(runner: Runner) -> bool:
    return runner.time is not None and runner.time > CLOSING


def by_club(runners: list[Runner]) -> dict[str, list[Runner]]:
    clubs = defaultdict(list)
    for runner in runners:
        if slow(runner):
            log.warning("bib %d came after the line was closed", runner.bib)
        if not runner.gave_up:
            clubs[runner.club].append(runner)
    log.info("%d clubs, %d runners", len(clubs), sum(len(members) for members in clubs.values()))
    return dict(sorted(clubs.items(), reverse=True))


def club_time(members: list[Runner]) -> timedelta:
    total = timedelta()
    for runner in members:
        total += min(runner.time, CLOSING)
    return total / len(members)


def ranking(clubs: dict[str, list[Runner]]) -> list[tuple[timedelta, str]]:
    times = []
    for club, members in clubs.items():
        times.append((club_time(members), club))
        log.info("%s: %s on average", club, times[-1][0])
    return sorted(times)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    runners = read_chips(HERE / "chips.csv")
    for place, (time, club) in enumerate(ranking(by_club(runners)), start=1):
        print(f"{place}. {club} {time}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
