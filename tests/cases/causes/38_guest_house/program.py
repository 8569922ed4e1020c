"""Take the bookings of a guest house at the desk and open the bills in the office."""

import json
import logging
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent
PRICES = {"garden": 74, "loft": 58, "lake": 96}
SCHEMA = """
CREATE TABLE bookings (guest TEXT PRIMARY KEY, room TEXT, nights INTEGER);
CREATE TABLE deposits (guest TEXT, amount INTEGER);
CREATE TABLE bills (guest TEXT, total INTEGER);
"""
log = logging.getLogger("house")


class Desk:
    """Takes bookings and deposits over a connection of its own."""

    def __init__(self, path: Path):
        self.db = sqlite3.connect(path, timeout=0.2)

    def take_deposit(self, guest: str, amount: int) -> None:
        with self.db:
            self.db.execute("INSERT INTO deposits VALUES (?, ?)", (guest, amount))

    def book(self, entry: dict) -> None:
        row = (entry["guest"], entry["room"], entry["nights"])
        self.db.execute("INSERT INTO bookings VALUES (?, ?, ?)", row)
        if entry["deposit"]:
            self.take_deposit(entry["guest"], entry["deposit"])
        else:
            log.warning("%s: no deposit was paid", entry["guest"])
        log.info("%s has the %s room", entry["guest"], entry["room"])

    def extend(self, guest: str, nights: int) -> None:
        with self.db:
            changed = self.db.execute(
                "UPDATE bookings SET nights = nights + ? WHERE guest = ?", (nights, guest)
            ).rowcount
        if not changed:
            log.warning("%s is not a guest, nothing extended", guest)


class Office:
    """Writes the bills over another connection."""

    def __init__(self, path: Path):
        self.db = sqlite3.connect(path, timeout=0.2)

    def guests(self) -> list[str]:
        return [guest for (guest,) in self.db.execute("SELECT guest FROM bookings")]

    def deposit(self, guest: str) -> int:
        query = "SELECT COALESCE(SUM(amount), 0) FROM deposits WHERE guest = ?"
        return self.db.execute(query, (guest,)).fetchone()[0]

    def bill(self, guest: str) -> int:
        query = "SELECT room, nights FROM bookings WHERE guest = ?"
        booking = self.db.execute(query, (guest,)).fetchone()
        room, nights = booking
        return PRICES[room] * nights - self.deposit(guest)


def welcome(entries: list[dict], office: Office) -> list[str]:
    known = set(office.guests())
    log.info("%d of %d guests are in the book", len(known), len(entries))
    return [f"{entry['guest']} at {15 + number}:00" for number, entry in enumerate(entries)]


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    entries = json.loads((HERE / "bookings.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="house-") as folder:
        path = Path(folder) / "house.db"
        with closing(sqlite3.connect(path)) as db:
            db.executescript(SCHEMA)
        desk, office = Desk(path), Office(path)
        with closing(desk.db), closing(office.db):
            desk.extend("Petrov", 1)
            for entry in sorted(entries, key=lambda one: -one["deposit"]):
                desk.book(entry)
            for line in welcome(entries, office):
                log.info("arrival: %s", line)
            total = sum(office.bill(entry["guest"]) for entry in entries)
    print(f"{len(entries)} bills, {total} euro")
    return 0


if __name__ == "__main__":
    sys.exit(main())
