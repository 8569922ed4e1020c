"""Work out what a kilo of every blend of a tea merchant costs."""

import csv
import logging
import sys
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
log = logging.getLogger("ledger")


@dataclass(frozen=True)
class Grower:
    name: str
    region: str
    per_kilo: Decimal


@dataclass(frozen=True)
class Part:
    code: str
    parts: int


def rows(path: Path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as source:
        found = list(csv.DictReader(source))
    log.info("%s: %d rows", path.name, len(found))
    return found


def read_growers(path: Path) -> dict[str, Grower]:
    growers = {}
    for row in rows(path):
        code = row.get("code", "").strip().upper()
        growers[code] = Grower(row["grower"], row["region"], Decimal(row["per_kilo"]))
    return growers


def read_blends(path: Path) -> dict[str, list[Part]]:
    blends = defaultdict(list)
    text = path.read_text(encoding="utf-8")
    if "\n\n" in text:
        log.warning("%s has an empty line, passed over", path.name)
    for row in rows(path):
        blends[row["blend"]].append(Part(row["code"], int(row["parts"])))
    return dict(blends)


def surcharge(region: str) -> Decimal:
    try:
        return {"Assam": Decimal("0.60"), "Darjeeling": Decimal("1.10")}[region]
    except KeyError:
        log.warning("no freight known for %s", region)
        return Decimal(0)


def cost(blend: str, parts: list[Part], growers: dict[str, Grower]) -> Decimal:
    total, weight = Decimal(0), 0
    for part in parts:
        grower = growers[part.code]
        total += part.parts * (grower.per_kilo + surcharge(grower.region))
        weight += part.parts
    log.info("%s: %d parts", blend, weight)
    return total / weight


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    growers = read_growers(HERE / "growers.csv")
    blends = read_blends(HERE / "blends.csv")
    log.info("%d blends to be priced", len(blends))
    for blend, parts in blends.items():
        print(f"{blend}: {cost(blend, parts, growers):.2f} a kilo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
