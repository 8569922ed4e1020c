"""Sell raffle tickets at the stalls of a village fair; the book is a file that all stalls share."""

import json
import logging
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

BLOCKS = {"red": 50, "blue": 40, "green": 30}
SALES = {
    "bakery": [("red", 4, 0.0), ("blue", 3, 0.8), ("green", 2, 1.6)],
    "school": [("green", 5, 0.4), ("blue", 6, 0.85), ("red", 1, 2.1)],
}
log = logging.getLogger("raffle")


class CountError(Exception):
    """What was sold and what is left do not make up a block."""


class Book:
    def __init__(self, folder: Path):
        self.path = folder / "raffle.json"
        self.folder = folder
        self.sold: dict[str, list[tuple[str, int]]] = {colour: [] for colour in BLOCKS}
        self.write(dict(BLOCKS), "opening")

    def read(self) -> dict[str, int]:
        return json.loads(self.path.read_text(encoding="utf-8"))

    def write(self, left: dict[str, int], stall: str) -> None:
        part = self.folder / f"raffle.{stall}"
        part.write_text(json.dumps(left), encoding="utf-8")
        os.replace(part, self.path)

    def sell(self, stall: str, colour: str, count: int) -> None:
        left = self.read()
        if left[colour] < count:
            log.warning("%s: only %d %s left", stall, left[colour], colour)
            return
        time.sleep(0.3)
        left[colour] -= count
        self.write(left, stall)
        self.sold[colour].append((stall, count))
        log.info("%s sold %d %s", stall, count, colour)

    def give_back(self, stall: str, colour: str, count: int) -> None:
        left = self.read()
        left[colour] += count
        self.write(left, stall)
        self.sold[colour].append((stall, -count))
        log.warning("%s took %d %s back, the print was smeared", stall, count, colour)


def serve(book: Book, stall: str, begin: float) -> None:
    for colour, count, moment in SALES[stall]:
        time.sleep(max(0.0, begin + moment - time.monotonic()))
        book.sell(stall, colour, count)


def check(book: Book) -> int:
    total = 0
    for colour, left in sorted(book.read().items()):
        sold = sum(count for _, count in book.sold[colour])
        size = BLOCKS[colour]
        if left + sold != size:
            raise CountError(f"{colour}: {left} left and {sold} sold of {size}")
        total += sold
    return total


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    with tempfile.TemporaryDirectory(prefix="fair-") as folder:
        book = Book(Path(folder))
        begin = time.monotonic()
        stalls = [
            threading.Thread(target=serve, args=(book, stall, begin), name=stall)
            for stall in SALES
        ]
        for stall in stalls:
            stall.start()
        for stall in stalls:
            stall.join()
        book.give_back("bakery", "green", 1)
        log.info("the fair is over")
        total = check(book)
    print(f"{total} tickets sold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
