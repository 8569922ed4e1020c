"""Draw the lanes of a rowing heat, print the programme and hand out the trackers."""

import json
import logging
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
log = logging.getLogger("regatta")


class TrackerMixUp(Exception):
    """A tracker would go to a crew that it was not set up for."""


@dataclass
class Crew:
    name: str
    best: float
    members: int


@dataclass
class Tracker:
    lane: int
    label: str


@dataclass
class Heat:
    race: str
    crews: list[Crew]
    trackers: list[Tracker] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def load_heat(path: Path) -> Heat:
    entry = json.loads(path.read_text(encoding="utf-8"))
    return Heat(entry["race"], [Crew(**crew) for crew in entry["crews"]])


def set_up_trackers(heat: Heat) -> None:
    for lane, crew in enumerate(heat.crews, 1):
        heat.trackers.append(Tracker(lane, crew.name.upper()))
        log.info("lane %d: tracker for %s", lane, crew.name)


def check_boats(heat: Heat) -> None:
    for crew in heat.crews:
        if crew.members != 9:
            log.warning("%s rows with %d people", crew.name, crew.members)
            heat.remarks.append(f"{crew.name} one short")


def favourites(crews: list[Crew], count: int) -> list[str]:
    crews.sort(key=lambda crew: crew.best)
    return [crew.name for crew in crews[:count]]


def programme(heat: Heat) -> str:
    names = favourites(heat.crews, 2)
    log.info("programme with %s in front", " and ".join(names))
    return f"{heat.race}. Watch {' and '.join(names)}."


def hand_out(heat: Heat) -> dict[int, str]:
    given = {}
    for crew, tracker in zip(heat.crews, heat.trackers, strict=True):
        wanted = crew.name.upper()
        if tracker.label != wanted:
            raise TrackerMixUp(f"lane {tracker.lane}: {tracker.label} instead of {wanted}")
        given[tracker.lane] = crew.name
    return given


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    heat = load_heat(HERE / "crews.json")
    set_up_trackers(heat)
    check_boats(heat)
    print(programme(heat))
    given = hand_out(heat)
    log.info("%d trackers are out, remarks: %s", len(given), "; ".join(heat.remarks))
    print(", ".join(f"{lane} {name}" for lane, name in given.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
