"""Keep the register of an animal clinic and print travel papers for the vaccinated."""

import csv
import json
import logging
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent
COUNTRIES = {"276": "DE", "756": "CH", "250": "FR"}
SCHEMA = """
CREATE TABLE animals (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kilos REAL, chip TEXT);
CREATE TABLE visits (day TEXT, animal INTEGER, note TEXT);
"""
log = logging.getLogger("clinic")


class Register:
    def __init__(self, db: sqlite3.Connection):
        self.db = db
        db.row_factory = sqlite3.Row
        db.executescript(SCHEMA)

    def enter(self, animals: list[dict]) -> None:
        for animal in animals:
            self.db.execute("INSERT INTO animals VALUES (:id, :name, :kilos, :chip)", animal)
            if not animal["chip"]:
                log.warning("%s has no chip yet", animal["name"])
        log.info("%d animals in the register", len(animals))

    def find(self, number: int) -> sqlite3.Row | None:
        return self.db.execute("SELECT * FROM animals WHERE id = ?", (number,)).fetchone()

    def weigh(self, animal: sqlite3.Row, kilos: float) -> None:
        self.db.execute(
            "INSERT OR REPLACE INTO animals (id, name, kilos) VALUES (?, ?, ?)",
            (animal["id"], animal["name"], kilos),
        )

    def visit(self, row: dict) -> None:
        animal = self.find(int(row["animal"]))
        if animal is None:
            log.warning("%s: no animal %s, entered as a guest", row["day"], row["animal"])
            self.db.execute(
                "INSERT OR REPLACE INTO animals VALUES (?, ?, ?, '')",
                (int(row["animal"]), "guest", float(row["kilos"] or 0)),
            )
        elif row["kilos"]:
            self.weigh(animal, float(row["kilos"]))
        self.db.execute(
            "INSERT INTO visits VALUES (?, ?, ?)", (row["day"], int(row["animal"]), row["note"])
        )

    def all(self) -> list[sqlite3.Row]:
        return self.db.execute("SELECT * FROM animals ORDER BY id").fetchall()


def load_visits(register: Register, path: Path) -> None:
    count = 0
    with path.open(newline="", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            register.visit(row)
            count += 1
    log.info("%d visits", count)


def paper(name: str, chip: str) -> str:
    if chip == "":
        log.warning("%s: no paper without a chip", name)
        return f"{name}: not yet"
    country = COUNTRIES[chip[:3]]
    return f"{name}: {country} {chip[3:]}"


def papers(register: Register) -> list[str]:
    lines = []
    for animal in register.all():
        lines.append(paper(animal["name"], animal["chip"]))
        log.info("%s is done", animal["name"])
    return lines


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    animals = json.loads((HERE / "animals.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(":memory:")) as db:
        register = Register(db)
        register.enter(animals)
        load_visits(register, HERE / "visits.csv")
        lines = papers(register)
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
