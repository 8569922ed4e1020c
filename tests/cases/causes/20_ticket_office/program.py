"""Price the bookings of a theatre evening in the currency of the house."""

import csv
import json
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAST_ROW = "D"
log = logging.getLogger("tickets")


@dataclass(frozen=True)
class House:
    name: str
    currency: str
    group: int


@dataclass
class Booking:
    name: str
    row: str
    seats: int


def this_house() -> House:
    return House(
        name=os.environ.get("HOUSE_NAME", "Main stage"),
        currency=os.environ.get("HOUSE_CURRENCY", "GBP").lower(),
        group=int(os.environ.get("HOUSE_GROUP", "5")),
    )


def read_prices(path: Path) -> dict[str, dict[str, int]]:
    prices = {}
    with path.open(newline="", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            name = row.pop("row")
            prices[name] = {currency: int(price) for currency, price in row.items() if price}
            if len(prices[name]) < len(row):
                log.warning("row %s is not priced in every currency", name)
    log.info("%d rows are priced", len(prices))
    return prices


def read_bookings(path: Path) -> list[Booking]:
    bookings = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        booking = Booking(**entry)
        if booking.row > LAST_ROW:
            log.warning("%s: row %s was taken out, moved on", booking.name, booking.row)
            booking.row = LAST_ROW
        bookings.append(booking)
    return bookings


def seat_price(booking: Booking, prices: dict[str, dict[str, int]], house: House) -> int:
    currency = house.currency
    price = prices[booking.row][currency]
    if booking.seats >= house.group:
        price -= price // 10
    return price


def price_all(bookings: list[Booking], prices: dict, house: House) -> int:
    total = 0
    for booking in bookings:
        amount = seat_price(booking, prices, house) * booking.seats
        log.info("%s: %d seats, %d %s", booking.name, booking.seats, amount, house.currency)
        total += amount
    return total


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    house = this_house()
    log.info("evening in %s, groups from %d", house.name, house.group)
    prices = read_prices(HERE / "prices.csv")
    bookings = read_bookings(HERE / "bookings.json")
    total = price_all(bookings, prices, house)
    print(f"{house.name}: {total} {house.currency}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
