"""Fetch the exports of all regions and say where beds are free."""

import csv
import logging
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import requests
from portal import open_portal

REGIONS = ["coast", "hills", "islands", "lakes"]
log = logging.getLogger("beds")


@dataclass
class Hostel:
    name: str
    region: str
    beds: int
    booked: int

    @property
    def free(self) -> int:
        return self.beds - self.booked


class Downloads:
    """The folder that holds the exports of one run."""

    def __init__(self, folder: Path, base_url: str):
        self.folder = folder
        self.base_url = base_url
        self.session = requests.Session()
        self.session.trust_env = False

    def fetch(self, region: str) -> Path | None:
        reply = self.session.get(f"{self.base_url}/exports/{region}.csv", timeout=5)
        if reply.status_code == 404:
            log.warning("%s: no export this week", region)
            return None
        reply.raise_for_status()
        path = self.folder / f"{region}.csv"
        path.write_text(reply.text, encoding="utf-8")
        log.info("%s: %d characters", region, len(reply.text))
        return path


def hostel(row: dict, region: str) -> Hostel:
    beds, booked = int(row["beds"]), int(row["booked"])
    return Hostel(row["hostel"], region, beds, booked)


def read_export(path: Path) -> list[Hostel]:
    region = path.stem
    with path.open(newline="", encoding="utf-8") as source:
        hostels = [hostel(row, region) for row in csv.DictReader(source)]
    for one in hostels:
        if one.free == 0:
            log.warning("%s in %s is full", one.name, region)
    return hostels


def free_beds(paths: list[Path]) -> dict[str, int]:
    free = {}
    for path in paths:
        free[path.stem] = sum(one.free for one in read_export(path))
        log.info("%s: %d beds are free", path.stem, free[path.stem])
    return free


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    with tempfile.TemporaryDirectory(prefix="beds-") as folder, open_portal() as base_url:
        downloads = Downloads(Path(folder), base_url)
        paths = [path for region in REGIONS if (path := downloads.fetch(region))]
        log.info("%d of %d exports are here", len(paths), len(REGIONS))
        free = free_beds(paths)
    print(", ".join(f"{region}: {beds}" for region, beds in free.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
