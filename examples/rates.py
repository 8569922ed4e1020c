"""Works out what the guests of a hotel owe. It fails on a rate that it read long before."""

import json
import logging
from pathlib import Path

TAX = 1.19
STAYS = [("Ada Moreau", "single", 3), ("Ben Okafor", "double", 1), ("Eve Lindqvist", "suite", 5)]
log = logging.getLogger("rates")


def load_rates(path: Path) -> dict[str, float]:
    rates: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    log.info("%d rates loaded", len(rates))
    return rates


def due(nights: int, rate: float) -> float:
    return nights * (rate * TAX)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    rates = load_rates(Path(__file__).with_name("rates.json"))
    for guest, room, nights in STAYS:
        print(f"{guest:15} {due(nights, rates[room]):10.2f}")


if __name__ == "__main__":
    main()
