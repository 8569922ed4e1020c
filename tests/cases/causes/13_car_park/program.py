"""Run the gates of a car park for a few seconds and check the count of free places."""

import asyncio
import logging
import sys
from dataclasses import dataclass, field

DECKS = {"ground": 40, "upper": 12, "roof": 5}
ARRIVALS = {
    "gate north": [("ground", "AB 12", 0.00), ("upper", "CD 77", 0.10), ("roof", "EF 03", 0.22)],
    "gate south": [("ground", "GH 51", 0.05), ("upper", "IJ 90", 0.10), ("ground", "KL 28", 0.28)],
}
log = logging.getLogger("parking")


class CountError(Exception):
    """The number of free places does not fit the cars."""


@dataclass
class Panel:
    """The display of one deck, reached over a slow line."""

    free: int
    cars: list[str] = field(default_factory=list)

    async def read(self) -> int:
        await asyncio.sleep(0.01)
        return self.free

    async def show(self, free: int) -> None:
        await asyncio.sleep(0.01)
        self.free = free


class CarPark:
    def __init__(self, decks: dict[str, int]):
        self.sizes = dict(decks)
        self.panels = {deck: Panel(size) for deck, size in decks.items()}
        self.refused: list[str] = []

    async def enter(self, deck: str, plate: str) -> bool:
        panel = self.panels[deck]
        free = await panel.read()
        if free == 0:
            log.warning("%s is full, %s is sent away", deck, plate)
            self.refused.append(plate)
            return False
        panel.cars.append(plate)
        await panel.show(free - 1)
        log.info("%s on %s", plate, deck)
        return True

    async def leave(self, deck: str, plate: str) -> None:
        panel = self.panels[deck]
        if plate not in panel.cars:
            log.warning("%s was never seen on %s, gate opened by hand", plate, deck)
            return
        panel.cars.remove(plate)
        await panel.show(await panel.read() + 1)

    def audit(self) -> int:
        total = 0
        for deck, panel in self.panels.items():
            size, free, cars = self.sizes[deck], panel.free, len(panel.cars)
            if free + cars != size:
                raise CountError(f"{deck}: {free} free and {cars} cars on {size} places")
            total += cars
        return total


async def gate(park: CarPark, arrivals: list[tuple[str, str, float]]) -> None:
    begin = asyncio.get_running_loop().time()
    for deck, plate, moment in arrivals:
        await asyncio.sleep(max(0.0, begin + moment - asyncio.get_running_loop().time()))
        await park.enter(deck, plate)


async def open_gates(park: CarPark) -> None:
    async with asyncio.TaskGroup() as group:
        for name, arrivals in ARRIVALS.items():
            group.create_task(gate(park, arrivals), name=name)
    await park.leave("ground", "AB 12")
    await park.leave("roof", "XY 99")


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    park = CarPark(DECKS)
    asyncio.run(open_gates(park))
    log.info("gates closed, %d refused", len(park.refused))
    cars = park.audit()
    print(f"{cars} cars")
    return 0


if __name__ == "__main__":
    sys.exit(main())
