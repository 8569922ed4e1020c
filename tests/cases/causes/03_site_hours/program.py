"""Compare the weekly pay of all sites by the hours that their time clocks recorded."""

import csv
import json
import logging
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

HERE = Path(__file__).resolve().parent
SITES = ("bergen", "lyon", "turin")
AGENCY = "agency"
log = logging.getLogger("payroll")


@dataclass
class Person:
    badge: str
    name: str
    site: str
    base: int
    bonus: int


def read_hours(path: Path) -> Counter:
    worked: Counter = Counter()
    with path.open(newline="", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            badge = row.get("badge") or AGENCY
            hours = row.get("hours") or 0
            worked[badge] += float(hours)
    return worked


def all_hours(folder: Path) -> Counter:
    worked: Counter = Counter()
    for site in SITES:
        part = read_hours(folder / f"hours_{site}.csv")
        if AGENCY in part:
            log.warning("%s: rows without a badge, counted as %s work", site, AGENCY)
        worked.update(part)
    log.info("%.1f hours of %d badges", sum(worked.values()), len(worked))
    return worked


def load_staff(path: Path) -> list[Person]:
    entries = json.loads(path.read_text(encoding="utf-8"))
    staff = [Person(badge, **entry) for badge, entry in entries.items()]
    log.info("%d people on file", len(staff))
    return staff


def gross(person: Person) -> int:
    cents = person.base + person.bonus
    if person.bonus > 1000:
        log.warning("%s: bonus of %.2f, check with the office", person.name, person.bonus / 100)
    return cents


def hourly(person: Person, worked: Counter) -> float:
    hours = worked[person.badge]
    cents = gross(person)
    return cents / hours


def site_report(site: str, staff: list[Person], worked: Counter) -> str:
    rates = [hourly(person, worked) for person in staff if person.site == site]
    log.info("%s: %d people", site, len(rates))
    return f"{site:<8}{mean(rates) / 100:8.2f} an hour"


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    staff = load_staff(HERE / "staff.json")
    worked = all_hours(HERE)
    lines = [site_report(site, staff, worked) for site in SITES]
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
