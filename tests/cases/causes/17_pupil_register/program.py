"""Give each pupil of year seven a locker, from the register of the school office."""

import asyncio
import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from school_office import school_office

HERE = Path(__file__).resolve().parent
PAGES_MAX = 6
ENROLLED = 5
log = logging.getLogger("lockers")


@dataclass(frozen=True)
class Pupil:
    id: str
    name: str
    form: str


class Register:
    def __init__(self, session: aiohttp.ClientSession):
        self.session = session

    async def page(self, token: str) -> dict:
        async with self.session.get("/pupils", params={"page": token}) as reply:
            reply.raise_for_status()
            return await reply.json()

    async def pupils(self) -> list[Pupil]:
        found: list[Pupil] = []
        token: str | None = "a"
        for _ in range(PAGES_MAX):
            document = await self.page(token)
            found += [Pupil(**entry) for entry in document["pupils"]]
            token = document["next"]
            if token is None or len(found) > ENROLLED:
                break
        log.info("%d entries in the register", len(found))
        return found

    async def teachers(self) -> dict[str, str]:
        async with self.session.get("/teachers") as reply:
            return await reply.json()


def by_form(pupils: list[Pupil], teachers: dict[str, str]) -> dict[str, list[Pupil]]:
    forms: dict[str, list[Pupil]] = {form: [] for form in teachers}
    for pupil in pupils:
        if pupil.form not in forms:
            log.warning("%s %s has no form yet, put into 7A", pupil.id, pupil.name)
        forms.setdefault(pupil.form or "7A", []).append(pupil)
    return forms


def hand_out(forms: dict[str, list[Pupil]], lockers: list[str]) -> dict[str, str]:
    free = list(reversed(lockers))
    given = {}
    for form, pupils in sorted(forms.items()):
        for pupil in sorted(pupils, key=lambda one: one.name):
            given[f"{form}/{pupil.name}"] = free.pop()
        log.info("form %s: %d lockers left", form, len(free))
    return given


async def fetch(base_url: str) -> dict[str, list[Pupil]]:
    async with aiohttp.ClientSession(base_url) as session:
        register = Register(session)
        teachers = await register.teachers()
        return by_form(await register.pupils(), teachers)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    lockers = json.loads((HERE / "lockers.json").read_text(encoding="utf-8"))
    with school_office() as base_url:
        forms = asyncio.run(fetch(base_url))
    given = hand_out(forms, lockers)
    for owner, locker in given.items():
        print(owner, locker)
    return 0


if __name__ == "__main__":
    sys.exit(main())
