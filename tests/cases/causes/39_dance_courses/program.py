"""Fill the courses of a dance school, pair the dancers and print a list for each room."""

import json
import logging
import sys
from itertools import zip_longest
from pathlib import Path

HERE = Path(__file__).resolve().parent
log = logging.getLogger("school")


class Course:
    """A course with its dancers and those who wait for a partner."""

    places = 8
    waiting: list[str] = []

    def __init__(self, name: str, room: str, places: int):
        self.name = name
        self.room = room
        self.places = places
        self.leads: list[str] = []
        self.follows: list[str] = []

    def join(self, dancer: str, leads: bool) -> None:
        (self.leads if leads else self.follows).append(dancer)

    def pair(self) -> list[tuple[str, str]]:
        pairs = []
        for lead, follow in zip_longest(self.leads, self.follows):
            if lead is None or follow is None:
                self.waiting.append(lead or follow)
                continue
            pairs.append((lead, follow))
        return pairs

    def roles(self) -> dict[str, str]:
        roles = dict.fromkeys(self.leads, "lead")
        return roles | dict.fromkeys(self.follows, "follow")


def open_courses(path: Path) -> dict[str, Course]:
    courses = {}
    for name, entry in json.loads(path.read_text(encoding="utf-8")).items():
        if not entry["room"]:
            log.warning("%s has no room, put into the cellar", name)
        courses[name] = Course(name, entry["room"] or "cellar", entry["places"])
    return courses


def enrol(courses: dict[str, Course], signups: list[dict]) -> None:
    for entry in signups:
        courses[entry["course"]].join(entry["name"], entry["leads"])
    for course in courses.values():
        count = len(course.roles())
        if count >= course.places:
            log.warning("%s is full with %d", course.name, count)
    log.info("%d dancers enrolled", len(signups))


def pair_all(courses: dict[str, Course]) -> dict[str, list[tuple[str, str]]]:
    pairs = {}
    for name, course in courses.items():
        pairs[name] = course.pair()
        log.info("%s: %d pairs", name, len(pairs[name]))
    return pairs


def waiting_line(course: Course, dancer: str) -> str:
    roles = course.roles()
    role = roles[dancer]
    return f"  {dancer} waits, would {role}"


def room_list(course: Course, pairs: list[tuple[str, str]]) -> list[str]:
    lines = [f"{course.name}, {course.room}"]
    lines += [f"  {lead} and {follow}" for lead, follow in pairs]
    lines += [waiting_line(course, dancer) for dancer in course.waiting]
    log.info("%s: list of %d lines", course.name, len(lines))
    return lines


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    courses = open_courses(HERE / "rooms.json")
    enrol(courses, json.loads((HERE / "signups.json").read_text(encoding="utf-8")))
    pairs = pair_all(courses)
    for name, course in courses.items():
        print("\n".join(room_list(course, pairs[name])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
