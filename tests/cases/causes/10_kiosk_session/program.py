"""Check visitors of a museum in at a kiosk and count who is in which hall."""

import json
import logging
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
SITE_ZONE = "JST-9"
VISIT = timedelta(hours=4)
log = logging.getLogger("kiosk")


@dataclass
class Visit:
    card: str
    hall: str
    begun: datetime
    pages: int = 0


class Kiosk:
    def __init__(self, default_hall: str):
        self.default_hall = default_hall
        self.visits: dict[str, Visit] = {}
        self.day = datetime.now().date()

    def check_in(self, card: str, hall: str) -> Visit:
        if not hall:
            log.warning("%s: no hall chosen, sent to %s", card, self.default_hall)
        visit = Visit(card, hall or self.default_hall, datetime.utcnow())
        self.visits[card] = visit
        return visit

    def sweep(self) -> int:
        now = datetime.now()
        over = [card for card, visit in self.visits.items() if now - visit.begun > VISIT]
        for card in over:
            del self.visits[card]
        return len(over)

    def turn_page(self, card: str) -> int:
        visit = self.visits[card]
        visit.pages += 1
        return visit.pages

    def report(self) -> str:
        halls = Counter(visit.hall for visit in self.visits.values())
        return ", ".join(f"{hall}: {count}" for hall, count in sorted(halls.items()))


def read_visitors(path: Path) -> list[dict]:
    visitors = json.loads(path.read_text(encoding="utf-8"))
    log.info("%d visitors at the door", len(visitors))
    return visitors


def opening_hours(kiosk: Kiosk) -> tuple[int, int]:
    if kiosk.day.weekday() == 0:
        log.warning("open on a Monday, shorter hours")
        return 11, 16
    return 9, 18


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.captureWarnings(True)
    os.environ["TZ"] = SITE_ZONE
    time.tzset()
    kiosk = Kiosk("north")
    log.info("open from %d to %d", *opening_hours(kiosk))
    visitors = read_visitors(HERE / "visitors.json")
    for visitor in visitors:
        kiosk.check_in(visitor["card"], visitor["hall"])
    kiosk.sweep()
    for round_number in range(2):
        for visitor in visitors:
            kiosk.turn_page(visitor["card"])
        log.info("round %d is done", round_number + 1)
    print(kiosk.report())
    return 0


if __name__ == "__main__":
    sys.exit(main())
