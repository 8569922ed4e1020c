"""Write the reminders of a town library from the loan lists of its branches."""

import asyncio
import json
import logging
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
TODAY = date(2024, 3, 5)
log = logging.getLogger("library")


@dataclass(frozen=True)
class Loan:
    loan: str
    title: str
    due: date

    @property
    def days(self) -> int:
        return max(0, (TODAY - self.due).days)


class Shelf:
    def __init__(self):
        self.loans: dict[str, Loan] = {}
        self.open_ended: list[str] = []

    async def load(self, path: Path) -> int:
        text = await asyncio.to_thread(path.read_text, encoding="utf-8")
        found = {}
        for entry in json.loads(text):
            if not entry["due"]:
                log.warning("%s: %s has no due date, not reminded", path.stem, entry["title"])
                self.open_ended.append(entry["loan"])
                continue
            due = date.fromisoformat(entry["due"])
            found[entry["loan"]] = Loan(entry["loan"], entry["title"], due)
        self.loans.update(found)
        return len(found)

    async def load_all(self, folder: Path) -> None:
        paths = sorted(folder.glob("*.json"))
        await asyncio.gather(*(self.load(path) for path in paths), return_exceptions=True)
        log.info("%d branches asked, %d loans", len(paths), len(self.loans))


def fee(loan: Loan) -> int:
    weeks, rest = divmod(loan.days, 7)
    return 50 * (weeks + bool(rest))


def reminder(shelf: Shelf, number: str, reader: str) -> str:
    loan = shelf.loans[number]
    if loan.days > 20:
        log.warning("%s: %d days late, the desk should call", number, loan.days)
    return f"{reader}: '{loan.title}' is {loan.days} days late, {fee(loan) / 100:.2f}"


def write_reminders(shelf: Shelf, readers: dict[str, str]) -> list[str]:
    letters = []
    for number, reader in readers.items():
        letters.append(reminder(shelf, number, reader))
        log.info("letter %d for %s", len(letters), number)
    return letters


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    shelf = Shelf()
    asyncio.run(shelf.load_all(HERE / "branches"))
    readers = json.loads((HERE / "readers.json").read_text(encoding="utf-8"))
    letters = write_reminders(shelf, readers)
    print("\n".join(letters))
    return 0


if __name__ == "__main__":
    sys.exit(main())
