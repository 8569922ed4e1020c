"""Take the members of a climbing hall into a database and check who belays whom."""

import csv
import json
import logging
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCHEMA = """
CREATE TABLE climbers (
    card INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT UNIQUE,
    level TEXT NOT NULL
);
CREATE TABLE visits (
    time TEXT NOT NULL,
    card INTEGER NOT NULL,
    partner INTEGER NOT NULL
);
"""
log = logging.getLogger("wall")


def import_members(db: sqlite3.Connection, path: Path) -> int:
    seen = set()
    with path.open(newline="", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            if row["card"] in seen:
                log.warning("%s is in %s twice", row["name"], path.name)
            seen.add(row["card"])
            db.execute(
                "INSERT INTO climbers (card, name, phone, level) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (int(row["card"]), row["name"], row["phone"] or None, row["level"]),
            )
    db.commit()
    return len(seen)


def level_of(db: sqlite3.Connection, card: int) -> str:
    found = db.execute("SELECT level FROM climbers WHERE card = ?", (card,)).fetchone()
    level = found[0]
    return level.replace(" ", "-")


def check_in(db: sqlite3.Connection, visit: dict) -> str:
    card, partner = visit["card"], visit["partner"]
    levels = {level_of(db, card), level_of(db, partner)}
    wall = "lead wall" if levels == {"lead"} else "top-rope wall"
    db.execute("INSERT INTO visits VALUES (?, ?, ?)", (visit["time"], card, partner))
    log.info("%s: %d with %d at the %s", visit["time"], card, partner, wall)
    return wall


def evening(db: sqlite3.Connection, visits: list[dict]) -> dict[str, int]:
    busy: dict[str, int] = {}
    for visit in visits:
        wall = check_in(db, visit)
        busy[wall] = busy.get(wall, 0) + 2
        if busy[wall] > 3:
            log.warning("%s: %d people at the %s", visit["time"], busy[wall], wall)
    db.commit()
    return busy


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    visits = json.loads((HERE / "visits.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA)
        count = import_members(db, HERE / "members.csv")
        log.info("%d members, %d visits", count, len(visits))
        busy = evening(db, visits)
    print(", ".join(f"{wall}: {people}" for wall, people in busy.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
