"""Give every pupil of a music school a room to practise in."""

import json
import logging
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from booking import serve_booking

HERE = Path(__file__).resolve().parent
log = logging.getLogger("rooms")


@dataclass
class Room:
    id: str
    name: str
    piano: bool
    slots: list[str] = field(default_factory=list)


class School:
    def __init__(self, client: httpx.Client):
        self.client = client

    def get(self, path: str) -> dict:
        reply = self.client.get(path)
        reply.raise_for_status()
        return reply.json()

    def notice(self) -> str:
        try:
            return self.get("/notices/today")["text"]
        except httpx.HTTPStatusError as exc:
            log.warning("no notice for today: %s", exc.response.status_code)
            return ""

    def rooms(self) -> list[Room]:
        rooms = []
        for entry in self.get("/rooms").get("rooms", []):
            slots = self.get(f"/rooms/{entry['id']}/slots").get("slots", [])
            rooms.append(Room(entry["id"], entry["name"], entry["piano"], slots))
        return rooms


def first_free(room: Room, after: str) -> str | None:
    for slot in room.slots:
        if slot >= after:
            return slot
    log.info("%s has nothing after %s", room.name, after)
    return None


def place(pupil: dict, rooms: list[Room]) -> str | None:
    suitable = [room for room in rooms if room.piano or pupil["instrument"] != "piano"]
    for room in suitable:
        slot = first_free(room, pupil["after"])
        if slot is not None:
            room.slots.remove(slot)
            log.info("%s: %s at %s", pupil["name"], room.name, slot)
            return f"{room.name} {slot}"
    log.warning("%s stays without a room", pupil["name"])
    return None


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    pupils = json.loads((HERE / "pupils.json").read_text(encoding="utf-8"))
    with serve_booking() as base_url, httpx.Client(base_url=base_url, trust_env=False) as client:
        school = School(client)
        rooms = school.rooms()
        notice = school.notice()
    log.info("%d rooms, %d pupils", len(rooms), len(pupils))
    for pupil in pupils:
        print(f"{pupil['name']}: {place(pupil, rooms) or 'no room'}")
    print(notice)
    return 0


if __name__ == "__main__":
    sys.exit(main())
