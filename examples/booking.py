"""Prepare the invoices of a small hotel's departing guests.

It fails, and its log alone does not say why: `./dev demo` records it and shows what happened.
"""

import logging
import sys
from dataclasses import dataclass
from datetime import date

TODAY = date(2025, 3, 14)
log = logging.getLogger("booking")


@dataclass
class Guest:
    name: str
    email: str
    card_token: str


@dataclass
class Stay:
    number: int
    guest: Guest
    nights: int
    cents_a_night: int
    code: str | None = None


@dataclass
class Discount:
    code: str
    percent: int
    valid_until: date


class Discounts:
    """The discounts that guests may name when they book."""

    def __init__(self, offered: list[Discount]) -> None:
        self.by_code = {discount.code: discount for discount in offered}

    def find(self, code: str) -> Discount | None:
        discount = self.by_code.get(code)
        if discount and discount.valid_until < TODAY:
            log.warning("discount %s expired on %s, ignored", code, discount.valid_until)
            return None
        return discount


def discounted(cents: int, stay: Stay, discounts: Discounts) -> int:
    if stay.code is None:
        return cents
    discount = discounts.find(stay.code)
    return cents * (100 - discount.percent) // 100


def invoice(stay: Stay, discounts: Discounts) -> str:
    cents = stay.nights * stay.cents_a_night
    due = discounted(cents, stay, discounts)
    log.info("stay %d: %d nights, %d cents due", stay.number, stay.nights, due)
    return f"{stay.guest.name:<16} {due / 100:>9.2f}"


def load_stays() -> list[Stay]:
    ada = Guest("Ada Moreau", "ada@example.org", "card-of-ada-0001")
    ben = Guest("Ben Okafor", "ben@example.org", "card-of-ben-0002")
    eve = Guest("Eve Lindqvist", "eve@example.org", "card-of-eve-0003")
    stays = [
        Stay(501, ada, 3, 12_900),
        Stay(502, ben, 1, 9_900, code="STAFF"),
        Stay(503, eve, 5, 11_500, code="WINTER"),
    ]
    log.info("%d guests leave on %s", len(stays), TODAY)
    return stays


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    offered = [
        Discount("STAFF", 40, date(2030, 12, 31)),
        Discount("WINTER", 15, date(2025, 2, 28)),
    ]
    discounts = Discounts(offered)
    for stay in load_stays():
        print(invoice(stay, discounts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
