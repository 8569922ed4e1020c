"""Weigh lorries full and empty and write what they have left at the gravel yard."""

import functools
import logging
import socket
import sys
import time
from dataclasses import dataclass

from scale import open_bridge

log = logging.getLogger("yard")


def retry(times: int, pause: float):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(1, times + 1):
                try:
                    return function(*args, **kwargs)
                except (OSError, ValueError) as exc:
                    log.debug("%s, attempt %d: %s", function.__name__, attempt, exc)
                    time.sleep(pause)

        return wrapper

    return decorate


@dataclass
class Visit:
    plate: str
    gross: float | None = None
    tare: float | None = None
    booked: float = 0.0


class Weighbridge:
    def __init__(self, address: tuple[str, int]):
        self.address = address

    @retry(times=3, pause=0.05)
    def weigh(self, deck: str) -> float:
        with socket.create_connection(self.address, timeout=3) as line:
            line.sendall(f"READ {deck}\n".encode("ascii"))
            answer = line.makefile(encoding="ascii").readline().strip()
        if not answer.startswith("ST,"):
            raise ValueError(f"deck {deck} does not stand still: {answer!r}")
        number = answer.removeprefix("ST,").rpartition(",")[0]
        return float(number)


def net(visit: Visit) -> float:
    load = visit.gross - visit.tare
    if abs(load - visit.booked) > 0.5:
        log.warning("%s: %.2f t booked, %.2f t left", visit.plate, visit.booked, load)
    return round(load, 2)


def slips(visits: list[Visit]) -> dict[str, float]:
    written = {}
    for visit in visits:
        written[visit.plate] = net(visit)
        log.info("slip for %s: %.2f t", visit.plate, written[visit.plate])
    return written


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    visits = [Visit("KI-GR 204", booked=15.0), Visit("RD-TX 88", booked=19.4)]
    with open_bridge() as address:
        bridge = Weighbridge(address)
        for visit, deck in zip(visits, ("A", "B"), strict=True):
            visit.gross = bridge.weigh(deck)
            log.info("%s drives on", visit.plate)
        for visit, deck in zip(visits, ("A", "B-empty"), strict=True):
            visit.tare = bridge.weigh(deck)
            log.info("%s drives off", visit.plate)
    written = slips(visits)
    print(f"{len(written)} slips, {sum(written.values()):.2f} t of gravel")
    return 0


if __name__ == "__main__":
    sys.exit(main())
