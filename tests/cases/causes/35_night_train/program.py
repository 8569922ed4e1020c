"""Work out how full the coaches of a night train are and where a group can still sleep."""

import json
import logging
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
GROUP = 4
log = logging.getLogger("train")


@dataclass(frozen=True)
class Coach:
    coach: int
    kind: str
    berths: int
    sold: int

    @property
    def free(self) -> int:
        return self.berths - self.sold


class Board:
    """What is known about each coach, filled by several workers."""

    def __init__(self):
        self.lock = threading.Lock()
        self.shares: dict[int, float] = {}
        self.messages: list[str] = []

    def fill(self, coach: Coach) -> None:
        share = coach.sold / coach.berths
        if share < 0.25:
            log.warning("coach %d is nearly empty", coach.coach)
        with self.lock:
            self.shares[coach.coach] = round(share, 2)

    def announce(self, text: str) -> None:
        with self.lock:
            self.messages.append(text)

    def share(self, number: int) -> float:
        value = self.shares[number]
        if value > 0.9:
            log.warning("coach %d is all but full", number)
        return value


def read_coaches(path: Path) -> list[Coach]:
    coaches = [Coach(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    log.info("%d coaches in the train", len(coaches))
    return coaches


def survey(coaches: list[Coach], board: Board) -> None:
    with ThreadPoolExecutor(2, thread_name_prefix="survey") as pool:
        for coach in coaches:
            pool.submit(board.fill, coach)
        pool.submit(board.announce, "survey complete")
    log.info("%d messages on the board", len(board.messages))


def roomy(coaches: list[Coach]) -> list[int]:
    found = [coach.coach for coach in coaches if coach.free >= GROUP]
    log.info("room for a group of %d in %d coaches", GROUP, len(found))
    return found


def table(coaches: list[Coach], board: Board) -> list[str]:
    lines = []
    for coach in sorted(coaches, key=lambda one: one.kind, reverse=True):
        lines.append(f"{coach.coach} {coach.kind:<10}{board.share(coach.coach):5.0%}")
    return lines


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    coaches = read_coaches(HERE / "coaches.json")
    board = Board()
    survey(coaches, board)
    roomy(coaches)
    print("\n".join(table(coaches, board)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
