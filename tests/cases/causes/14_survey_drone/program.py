"""Plan which places of a farm a drone can photograph with one battery."""

import configparser
import json
import logging
import math
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECONDS_PER_PHOTO = 8
log = logging.getLogger("drone")


@dataclass(frozen=True)
class Drone:
    watt_hours: float
    reserve: float
    speed: float
    watts: float
    wind_limit: float

    @property
    def seconds(self) -> float:
        usable = self.watt_hours * (1 - self.reserve)
        return usable * 3600 / self.watts


@dataclass(frozen=True)
class Stop:
    name: str
    distance: float
    photos: int


def load_drone(path: Path) -> Drone:
    parser = configparser.ConfigParser()
    parser.read_string(path.read_text(encoding="utf-8"))
    battery, flight = parser["battery"], parser["flight"]
    if "wind_limit" not in flight:
        log.warning("no wind limit set, using 9")
    return Drone(
        watt_hours=battery.getfloat("watt_hours"),
        reserve=battery.getfloat("reserve"),
        speed=flight.getfloat("metres_per_second"),
        watts=flight.getfloat("watts"),
        wind_limit=flight.getfloat("wind_limit", fallback=9.0),
    )


def load_stops(path: Path) -> list[Stop]:
    stops = []
    for place in json.loads(path.read_text(encoding="utf-8")):
        if not place["photos"]:
            log.warning("%s: no photos wanted, left out", place["name"])
            continue
        stops.append(
            Stop(place["name"], math.hypot(place["east"], place["north"]), place["photos"])
        )
    return sorted(stops, key=lambda stop: stop.distance)


def needed(stop: Stop, drone: Drone) -> float:
    return 2 * stop.distance / drone.speed + stop.photos * SECONDS_PER_PHOTO


def choose(stops: list[Stop], drone: Drone) -> list[Stop]:
    chosen, left = [], drone.seconds
    for stop in stops:
        cost = needed(stop, drone)
        if cost <= left:
            chosen.append(stop)
            left -= cost
    log.info("%d of %d stops fit", len(chosen), len(stops))
    return chosen


def farthest(chosen: list[Stop]) -> Stop:
    return max(chosen, key=lambda stop: stop.distance)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    drone = load_drone(HERE / "drone.ini")
    stops = load_stops(HERE / "field.json")
    log.info("wind limit %.0f m/s, %d stops wanted", drone.wind_limit, len(stops))
    chosen = choose(stops, drone)
    end = farthest(chosen)
    print(f"{', '.join(stop.name for stop in chosen)}; the farthest is {end.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
