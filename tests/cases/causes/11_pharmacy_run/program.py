"""Pack the deliveries of a pharmacy: labels, the driver's list and the calls before arrival."""

import json
import logging
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
STOCK = {"ibuprofen": 30, "drops": 12, "insulin": 6, "needles": 40, "inhaler": 5, "salve": 4}
log = logging.getLogger("pharmacy")


def read_orders(path: Path) -> dict[int, dict]:
    orders = {order["no"]: order for order in json.loads(path.read_text(encoding="utf-8"))}
    log.info("%d orders for today", len(orders))
    return orders


def take_from_stock(order: dict) -> int:
    pieces = 0
    for item, wanted in order["items"].items():
        given = min(wanted, STOCK[item])
        if given < wanted:
            log.warning("%d: only %d of %d %s", order["no"], given, wanted, item)
        STOCK[item] -= given
        pieces += given
    return pieces


def plain_label(order: dict) -> str:
    lines = [order["name"], order["street"]]
    if order["phone"]:
        lines.append(order["phone"])
    return "\n".join(lines)


def cold_label(order: dict) -> str:
    lines = ["KEEP COLD", order["name"], order["street"]]
    contact = order.pop("phone", "") or "ring at the door"
    lines.append(contact)
    return "\n".join(lines)


def pack(orders: dict[int, dict]) -> list[str]:
    labels = []
    for order in orders.values():
        pieces = take_from_stock(order)
        labels.append(cold_label(order) if order["cold"] else plain_label(order))
        log.info("%d: %d pieces packed", order["no"], pieces)
    return labels


def drivers_list(orders: dict[int, dict]) -> list[tuple[int, str]]:
    stops = sorted(orders.values(), key=lambda order: (not order["cold"], order["street"]))
    return [(number, order["street"]) for number, order in enumerate(stops, start=1)]


def call_before(order: dict) -> str | None:
    number = order["phone"]
    if not number:
        log.warning("%d: nobody to call, leave a card", order["no"])
        return None
    return f"call {number} ten minutes before"


def calls(orders: dict[int, dict]) -> list[str]:
    planned = [call_before(order) for order in orders.values()]
    return [call for call in planned if call]


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    orders = read_orders(HERE / "orders.json")
    labels = pack(orders)
    stops = drivers_list(orders)
    log.info("%d labels, %d stops", len(labels), len(stops))
    for call in calls(orders):
        print(call)
    return 0


if __name__ == "__main__":
    sys.exit(main())
