"""Check the assays of a water laboratory, batch by batch, and write the certificates."""

import csv
import json
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

BATCHES = ("batch_17", "batch_18", "batch_19")
log = logging.getLogger("lab")


@dataclass
class Assay:
    sample: str
    metal: str
    micrograms: float


def read_assays(name: str) -> list[Assay]:
    with open(name, newline="", encoding="utf-8") as source:
        return [
            Assay(row["sample"], row["metal"], float(row["ug"]))
            for row in csv.DictReader(source)
            if row["ug"]
        ]


def drift(assays: list[Assay]) -> float:
    standards = [assay.micrograms for assay in assays if assay.sample == "STD"]
    if not standards:
        return 0.0
    return sum(standards) / len(standards) - 10.0


def load_batch(folder: str) -> tuple[list[Assay], float]:
    back = os.getcwd()
    os.chdir(folder)
    assays = read_assays("assays.csv")
    if not Path("standards.csv").exists():
        log.warning("%s: no standards of its own, drift is taken as zero", folder)
        return assays, 0.0
    off = drift(read_assays("standards.csv"))
    if abs(off) > 0.5:
        log.warning("%s: drift of %.2f, samples are corrected", folder, off)
    os.chdir(back)
    return assays, off


def corrected(assays: list[Assay], off: float) -> list[Assay]:
    return [
        Assay(assay.sample, assay.metal, round(max(0.0, assay.micrograms - off), 2))
        for assay in assays
    ]


def limits() -> dict[str, float]:
    with open("limits.json", encoding="utf-8") as source:
        return json.load(source)


def certify(results: dict[str, list[Assay]]) -> list[str]:
    lines = []
    allowed = limits()
    for folder, assays in results.items():
        above = [assay for assay in assays if assay.micrograms > allowed[assay.metal]]
        lines.append(f"{folder}: {len(assays)} assays, {len(above)} above the limit")
    return lines


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    here = Path(__file__).resolve().parent
    results = {}
    for folder in BATCHES:
        assays, off = load_batch(str(here / folder))
        results[folder] = corrected(assays, off)
        log.info("%s: %d assays loaded", folder, len(assays))
    print("\n".join(certify(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
