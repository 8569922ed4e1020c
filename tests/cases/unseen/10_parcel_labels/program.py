"""Lay out the labels of a mail room's outgoing parcels."""

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

try:
    from pressroom import fast_join as join
except ImportError:
    join = "\n".join

try:
    from symbols import interleaved
except ImportError:
    interleaved = None

try:
    from symbols import code39
except ImportError:
    code39 = None

HERE = Path(__file__).resolve().parent
log = logging.getLogger("labels")


@dataclass(frozen=True)
class Parcel:
    number: str
    to: str
    service: str


def load_parcels(path: Path) -> list[Parcel]:
    parcels = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        if len(entry["number"]) != 6:
            log.warning("%s has %d digits, cut to six", entry["number"], len(entry["number"]))
            entry["number"] = entry["number"][:6]
        parcels.append(Parcel(**entry))
    return parcels


def letter_lines(parcel: Parcel) -> list[str]:
    return [parcel.to, f"no. {parcel.number}"]


def parcel_lines(parcel: Parcel) -> list[str]:
    if interleaved is None:
        return letter_lines(parcel)
    return [parcel.to, interleaved(parcel.number), parcel.number]


def registered_lines(parcel: Parcel) -> list[str]:
    text = parcel.number
    bars = code39(text)
    return ["REGISTERED", parcel.to, bars, text]


LAYOUTS = {"letter": letter_lines, "parcel": parcel_lines, "registered": registered_lines}


def lay_out(parcels: list[Parcel]) -> list[str]:
    labels = []
    for parcel in parcels:
        lines = LAYOUTS[parcel.service](parcel)
        labels.append(join(lines))
        log.info("%s: %s, %d lines", parcel.number, parcel.service, len(lines))
    return labels


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    parcels = load_parcels(HERE / "parcels.json")
    log.info("%d parcels to be labelled", len(parcels))
    labels = lay_out(parcels)
    print("\n\n".join(labels))
    return 0


if __name__ == "__main__":
    sys.exit(main())
