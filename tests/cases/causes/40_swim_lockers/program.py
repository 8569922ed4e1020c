"""Hand out the lockers of a swimming pool at two turnstiles and take the keys back."""

import logging
import sys
import threading
import time
from dataclasses import dataclass, field

ENTRIES = {
    "west": [("Lund", 0.0), ("Haas", 0.90), ("Ito", 1.40)],
    "east": [("Rossi", 0.45), ("Haas", 0.95), ("Lund", 1.90)],
}
log = logging.getLogger("pool")


@dataclass
class Locker:
    number: int
    family: str
    keys: int = 0


@dataclass
class Visit:
    family: str
    turnstile: str
    locker: int


@dataclass
class Desk:
    free: list[int]
    lockers: dict[str, Locker] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)

    def open_locker(self, family: str) -> Locker:
        number = self.free.pop(0)
        time.sleep(0.3)
        return Locker(number, family)

    def enter(self, family: str, turnstile: str) -> Visit:
        locker = self.lockers.get(family)
        if locker is None:
            locker = self.open_locker(family)
            self.lockers[family] = locker
        else:
            log.warning("%s has locker %d already, a second key", family, locker.number)
        locker.keys += 1
        visit = Visit(family, turnstile, locker.number)
        self.visits.append(visit)
        log.info("%s: %s to locker %d", turnstile, family, locker.number)
        return visit

    def by_number(self) -> dict[int, Locker]:
        return {locker.number: locker for locker in self.lockers.values()}


def turnstile(desk: Desk, name: str, begin: float) -> None:
    for family, moment in ENTRIES[name]:
        time.sleep(max(0.0, begin + moment - time.monotonic()))
        desk.enter(family, name)


def open_doors(desk: Desk) -> None:
    begin = time.monotonic()
    gates = [
        threading.Thread(target=turnstile, args=(desk, name, begin), name=name)
        for name in ENTRIES
    ]
    for gate in gates:
        gate.start()
    for gate in gates:
        gate.join()
    log.info("%d visits, %d lockers left", len(desk.visits), len(desk.free))


def take_back(visit: Visit, lockers: dict[int, Locker]) -> int:
    locker = lockers[visit.locker]
    locker.keys -= 1
    if not locker.keys:
        log.info("locker %d is free again", locker.number)
    return locker.keys


def close_doors(desk: Desk) -> int:
    lockers = desk.by_number()
    left = 0
    for visit in sorted(desk.visits, key=lambda one: (one.family != "Rossi", one.locker)):
        left += take_back(visit, lockers)
    return left


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    desk = Desk(free=list(range(41, 49)))
    open_doors(desk)
    close_doors(desk)
    still_out = sum(locker.keys for locker in desk.lockers.values())
    print(f"{len(desk.visits)} visits, {still_out} keys are out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
