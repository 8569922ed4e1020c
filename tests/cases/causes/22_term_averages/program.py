"""Average the marks of a term by pupil, for the report evening."""

import argparse
import csv
import logging
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean

HERE = Path(__file__).resolve().parent
log = logging.getLogger("marks")


@dataclass(frozen=True)
class Mark:
    pupil: str
    subject: str
    day: date
    points: int


@dataclass(frozen=True)
class Term:
    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True)
    parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True)
    parser.add_argument("--subject", default="all")
    parser.add_argument("--digits", type=int, default=1)
    return parser.parse_args()


def read_marks(path: Path) -> list[Mark]:
    marks = []
    with path.open(newline="", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            if not row["mark"]:
                log.warning("%s on %s: no mark was given", row["pupil"], row["day"])
                continue
            day = date.fromisoformat(row["day"])
            marks.append(Mark(row["pupil"], row["subject"], day, int(row["mark"])))
    log.info("%d marks on file", len(marks))
    return marks


def select(marks: list[Mark], term: Term, subject: str) -> list[Mark]:
    return [mark for mark in marks if mark.day in term and subject in ("all", mark.subject)]


def by_pupil(marks: list[Mark]) -> dict[str, list[int]]:
    points = defaultdict(list)
    for mark in marks:
        points[mark.pupil].append(mark.points)
    if len(points) < 3:
        log.warning("only %d pupils have marks, a small class", len(points))
    return dict(points)


def averages(points: dict[str, list[int]]) -> dict[str, float]:
    return {pupil: fmean(values) for pupil, values in sorted(points.items())}


def class_average(values: dict[str, float]) -> float:
    everyone = list(values.values())
    return sum(everyone) / len(everyone)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    options = parse_arguments()
    term = Term(options.first, options.last)
    marks = read_marks(HERE / "grades.csv")
    values = averages(by_pupil(select(marks, term, options.subject)))
    log.info("averages to %d digits", options.digits)
    whole = class_average(values)
    for pupil, value in values.items():
        print(f"{pupil:<8}{value:.{options.digits}f}")
    print(f"{'class':<8}{whole:.{options.digits}f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
