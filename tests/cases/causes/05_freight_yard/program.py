"""Shunt the morning's trains of a freight yard, one thread per engine."""

import logging
import sys
import threading
import time
from dataclasses import dataclass, field

PLAN = {
    "engine-A": [("t1", "t4", "grain"), ("t1", "t2", "steel")],
    "engine-B": [("t2", "t4", "cars"), ("t2", "t3", "timber")],
    "engine-C": [("t3", "t4", "mail"), ("t3", "t1", "gravel")],
}
log = logging.getLogger("yard")


@dataclass
class Track:
    name: str
    length: int
    wagons: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Yard:
    def __init__(self):
        self.tracks = {name: Track(name, 12) for name in ("t1", "t2", "t3", "t4", "t5")}
        self.book: list[str] = []
        self.book_lock = threading.Lock()

    def note(self, text: str) -> None:
        with self.book_lock:
            self.book.append(text)
        log.info("%s", text)

    def move(self, origin: str, destination: str, load: str) -> None:
        source, target = self.tracks[origin], self.tracks[destination]
        with source.lock:
            self.note(f"{load}: coupling on {origin}")
            time.sleep(0.15)
            with target.lock:
                source.wagons.append(load)
                source.wagons.remove(load)
                target.wagons.append(load)
        self.note(f"{load}: now on {destination}")

    def inspect(self, name: str) -> int:
        track = self.tracks[name]
        with track.lock:
            time.sleep(0.25)
            if not track.wagons:
                log.warning("%s is empty, brake test skipped", name)
            return len(track.wagons)


def drive(yard: Yard, moves: list[tuple[str, str, str]], ready: threading.Barrier) -> None:
    for origin, destination, load in moves:
        ready.wait()
        yard.move(origin, destination, load)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(threadName)s %(message)s")
    yard = Yard()
    ready = threading.Barrier(len(PLAN))
    engines = [
        threading.Thread(target=drive, args=(yard, moves, ready), name=name, daemon=True)
        for name, moves in PLAN.items()
    ]
    inspector = threading.Thread(target=yard.inspect, args=("t5",), name="inspector", daemon=True)
    for worker in [*engines, inspector]:
        worker.start()
    inspector.join()
    for engine in engines:
        engine.join()
    print(f"{len(yard.book)} entries in the book")
    return 0


if __name__ == "__main__":
    sys.exit(main())
