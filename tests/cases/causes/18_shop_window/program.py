"""Arrange the window of a bookshop by year, with the data of the wholesaler."""

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
from wholesale import wholesale

HERE = Path(__file__).resolve().parent
PLAIN_COVER = {"title": "plain", "width": 200}
log = logging.getLogger("window")


@dataclass
class Item:
    number: str
    book: dict
    cover: dict

    @property
    def age(self) -> int:
        return 2024 - self.book["year"]


class Wholesaler:
    def __init__(self, client: httpx.Client):
        self.client = client

    def book(self, number: str) -> dict:
        reply = self.client.get(f"/books/{number}")
        return reply.json()

    def cover(self, number: str) -> dict:
        reply = self.client.get(f"/covers/{number}")
        if reply.status_code == 404:
            log.warning("%s: no cover, a plain one is printed", number)
            return PLAIN_COVER
        reply.raise_for_status()
        return reply.json()


def gather(source: Wholesaler, numbers: list[str]) -> list[Item]:
    items = []
    for number in numbers:
        book, cover = source.book(number), source.cover(number)
        log.info("%s: %s", number, book["title"])
        if len(book["title"]) > 19:
            log.warning("%s: the title needs a wide card", number)
        items.append(Item(number, book, cover))
    return items


def width(items: list[Item]) -> int:
    total = sum(item.cover["width"] for item in items)
    log.info("%d covers, %d mm", len(items), total)
    return total


def arrange(items: list[Item], shelves: int) -> list[list[Item]]:
    ordered = sorted(items, key=lambda item: item.age)
    size = -(-len(ordered) // shelves)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def cards(rows: list[list[Item]]) -> list[str]:
    return [
        f"{item.book['title']}, {item.book['price'] / 100:.2f}" for row in rows for item in row
    ]


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    window = json.loads((HERE / "window.json").read_text(encoding="utf-8"))
    with wholesale() as base_url, httpx.Client(base_url=base_url, trust_env=False) as client:
        items = gather(Wholesaler(client), window["numbers"])
    total = width(items)
    rows = arrange(items, window["shelves"])
    print(f"{window['theme']}: {total} mm")
    print("\n".join(cards(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
