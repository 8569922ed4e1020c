"""Lay out a bus line on the map and check that it can be driven in its time."""

import json
import logging
import math
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from atlas import open_atlas

HERE = Path(__file__).resolve().parent
TOWN = (47.37, 8.54)
TOP_SPEED = 50.0
log = logging.getLogger("lines")


class TimetableError(Exception):
    """A line that no bus can drive as written."""


@dataclass
class Stop:
    name: str
    lat: float
    lon: float


class Atlas:
    def __init__(self, address: str):
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def place(self, key: str) -> dict:
        with self.opener.open(f"{self.address}/{key}", timeout=2) as reply:
            return json.load(reply)

    def stop(self, key: str) -> Stop | None:
        try:
            place = self.place(key)
        except urllib.error.HTTPError as exc:
            log.warning("%s: the atlas says %d, left out", key, exc.code)
            return None
        if place.get("closed"):
            log.warning("%s is closed, passed without a halt", place["name"])
        return Stop(place["name"], place.get("lat", 0.0), place.get("lon", 0.0))


def kilometres(one: Stop, two: Stop) -> float:
    north = math.radians(two.lat - one.lat) * 6371
    east = math.radians(two.lon - one.lon) * 6371 * math.cos(math.radians(one.lat))
    return math.hypot(north, east)


def from_centre(stops: list[Stop]) -> Stop:
    centre = Stop("centre", *TOWN)
    return max(stops, key=lambda stop: kilometres(centre, stop))


def length(stops: list[Stop]) -> float:
    return sum(kilometres(one, two) for one, two in zip(stops, stops[1:], strict=False))


def check(line: str, minutes: int, stops: list[Stop]) -> float:
    distance = round(length(stops), 1)
    speed = distance / (minutes / 60)
    if speed > TOP_SPEED:
        raise TimetableError(f"line {line}: {distance} km in {minutes} minutes")
    return speed


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    line = json.loads((HERE / "line_31.json").read_text(encoding="utf-8"))
    with open_atlas() as address:
        atlas = Atlas(address)
        found = [atlas.stop(key) for key in line["stops"]]
    stops = [stop for stop in found if stop]
    log.info("line %s: %d of %d stops on the map", line["line"], len(stops), len(found))
    log.info("farthest from the centre: %s", from_centre(stops).name)
    speed = check(line["line"], line["minutes"], stops)
    print(f"line {line['line']}: {speed:.1f} km/h")
    return 0


if __name__ == "__main__":
    sys.exit(main())
