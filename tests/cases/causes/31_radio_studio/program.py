"""Record the morning's features of a radio station, each in need of rooms and machines."""

import asyncio
import logging
import sys
from dataclasses import dataclass, field

MINUTES = {"interview": 4, "essay": 3, "jingle": 1, "weather": 1}
log = logging.getLogger("studio")


@dataclass
class Resource:
    name: str
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    used: int = 0


class House:
    def __init__(self):
        self.booth = Resource("booth")
        self.mixer = Resource("mixer")
        self.archive = Resource("archive")
        self.done: dict[str, int] = {}

    async def warm_up(self, first: Resource, second: Resource, feature: str) -> None:
        async with first.lock:
            await asyncio.sleep(0.02)
            async with second.lock:
                log.info("%s: levels of %s and %s are set", feature, first.name, second.name)

    async def record(self, feature: str) -> None:
        async with self.booth.lock:
            log.info("%s: in the booth", feature)
            await asyncio.sleep(0.2)
            self.booth.used += 1
            async with self.mixer.lock:
                self.mixer.used += 1
                self.done[feature] = MINUTES[feature]

    async def remix(self, feature: str) -> None:
        async with self.mixer.lock:
            log.info("%s: at the mixer", feature)
            await asyncio.sleep(0.2)
            self.mixer.used += 1
            async with self.booth.lock:
                self.booth.used += 1
                self.done[feature] = MINUTES[feature] + 1

    async def store(self, feature: str) -> None:
        async with self.archive.lock:
            await asyncio.sleep(0.08)
            self.archive.used += 1
        if feature not in self.done:
            log.warning("%s: no recording of today, kept yesterday's", feature)


async def interview(house: House) -> None:
    await house.warm_up(house.archive, house.booth, "interview")
    await house.record("interview")


async def essay(house: House) -> None:
    await house.warm_up(house.archive, house.mixer, "essay")
    await house.remix("essay")


async def morning(house: House) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(interview(house), name="interview")
        group.create_task(essay(house), name="essay")
        group.create_task(house.store("weather"), name="weather")


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    house = House()
    asyncio.run(morning(house))
    print(f"{sum(house.done.values())} minutes recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
