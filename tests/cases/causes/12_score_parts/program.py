"""Have the parts of a quartet engraved by another program and plan the printing."""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FONTS = ("Bravura", "Petaluma")
SEATING = ("violin 1", "violin 2", "viola", "cello")
log = logging.getLogger("score")


@dataclass
class Job:
    part: str
    sheets: int
    copies: int


def choose_font() -> str:
    done = subprocess.run(
        [sys.executable, str(HERE / "check_fonts.py"), *FONTS],
        capture_output=True,
        text=True,
        timeout=10,
    )
    if done.returncode:
        log.warning("%d of %d fonts missing: %s", done.returncode, len(FONTS), done.stderr.strip())
    return FONTS[0]


def engrave(source: Path) -> dict[str, dict]:
    done = subprocess.run(
        [sys.executable, str(HERE / "engrave.py"), str(source)],
        capture_output=True,
        text=True,
        timeout=10,
    )
    done.check_returncode()
    return json.loads(done.stdout)


def longest(parts: dict[str, dict]) -> int:
    bars = {part["bars"] for part in parts.values()}
    if len(bars) > 1:
        log.warning("parts differ in length: %s bars", sorted(bars))
    return max(bars)


def plan(part: str, engraved: dict[str, dict], copies: int) -> Job:
    pages = engraved[part]["pages"]
    sheets = (pages + 1) // 2
    return Job(part, sheets, copies)


def plan_all(engraved: dict[str, dict]) -> list[Job]:
    jobs = []
    for part in SEATING:
        jobs.append(plan(part, engraved, copies=2 if part.startswith("violin") else 1))
        log.info("%s: %d sheets", part, jobs[-1].sheets)
    return jobs


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    font = choose_font()
    log.info("music font %s", font)
    engraved = engrave(HERE / "quartet.json")
    log.info("longest part has %d bars", longest(engraved))
    jobs = plan_all(engraved)
    print(f"{sum(job.sheets * job.copies for job in jobs)} sheets in {font}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
