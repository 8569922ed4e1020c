"""Book today's ferries from the mails of travellers, which a model reads."""

import csv
import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from assistant import start_assistant
from openai import OpenAI

HERE = Path(__file__).resolve().parent
HARBOURS = {"Skarv": "SKA", "Holm": "HOL", "Lund Pier": "LUN"}
FIELDS = {
    "guest": {"type": "string"},
    "from": {"type": "string", "enum": list(HARBOURS)},
    "to": {"type": "string", "enum": list(HARBOURS)},
    "people": {"type": "integer"},
    "cars": {"type": "integer"},
}
BOOK = {
    "type": "function",
    "function": {
        "name": "book",
        "description": "Book a crossing",
        "parameters": {"type": "object", "properties": FIELDS, "required": list(FIELDS)},
    },
}
log = logging.getLogger("ferry")


@dataclass
class Booking:
    guest: str
    start: str
    end: str
    people: int
    cars: int


@dataclass
class Sailing:
    departs: str
    spaces: int
    fare: int


def read_mail(client: OpenAI, mail: str) -> Booking:
    answer = client.chat.completions.create(
        model="desk-7b",
        messages=[{"role": "user", "content": mail}],
        tools=[BOOK],
        tool_choice="required",
    )
    wish = json.loads(answer.choices[0].message.tool_calls[0].function.arguments)
    start, end = HARBOURS[wish["from"]], HARBOURS[wish["to"]]
    return Booking(wish["guest"], start, end, wish["people"], wish["cars"])


def read_sailings(path: Path) -> dict[str, Sailing]:
    with path.open(newline="", encoding="utf-8") as source:
        return {
            row["code"]: Sailing(row["departs"], int(row["spaces"]), int(row["fare"]))
            for row in csv.DictReader(source)
        }


def price(booking: Booking, sailings: dict[str, Sailing]) -> int:
    code = f"{booking.start}>{booking.end}"
    sailing = sailings[code]
    if booking.cars > sailing.spaces:
        log.warning("%s: the car deck of %s is full", booking.guest, sailing.departs)
    elif sailing.spaces == 0:
        log.warning("%s: no car deck at %s", booking.guest, sailing.departs)
    sailing.spaces -= booking.cars
    log.info("%s: %s at %s", booking.guest, code, sailing.departs)
    return sailing.fare * booking.people + 2 * sailing.fare * booking.cars


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    for name in ("httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    mails = json.loads((HERE / "mails.json").read_text(encoding="utf-8"))
    with start_assistant() as base_url:
        client = OpenAI(base_url=base_url, api_key="local", max_retries=0)
        bookings = [read_mail(client, mail) for mail in mails]
    log.info("%d bookings, %d people", len(bookings), sum(one.people for one in bookings))
    sailings = read_sailings(HERE / "sailings.csv")
    total = sum(price(booking, sailings) for booking in bookings)
    print(f"{len(bookings)} crossings, {total} in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
