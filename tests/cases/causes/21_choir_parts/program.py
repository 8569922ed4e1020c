"""Transpose a hymn for the voices of a choir and check that they can sing it."""

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = ("C", "Cis", "D", "Eb", "E", "F", "Fis", "G", "Ab", "A", "Bb", "B")
RANGES = {"soprano": (60, 81), "alto": (53, 74), "tenor": (47, 69), "bass": (38, 64)}
log = logging.getLogger("choir")


class RangeError(ValueError):
    """A note that a voice cannot sing."""


@dataclass
class Part:
    voice: str
    notes: list[int]


def load(path: Path) -> list[Part]:
    parts = json.loads(path.read_text(encoding="utf-8"))
    return [Part(voice, notes) for voice, notes in parts.items()]


def transpose(part: Part, octaves: int, steps: int) -> Part:
    shift = 12 * octaves + steps
    return Part(part.voice, [note + shift for note in part.notes])


def lift_lowest(part: Part) -> Part:
    low = RANGES[part.voice][0]
    if min(part.notes) >= low:
        return part
    count = sum(note < low for note in part.notes)
    log.warning("%s: %d notes below the range are lifted", part.voice, count)
    return Part(part.voice, [note + 12 if note < low else note for note in part.notes])


def arrange(parts: list[Part], steps: int) -> list[Part]:
    arranged = []
    for part in parts:
        if part.voice == "tenor":
            moved = transpose(part, steps, 0)
        else:
            moved = transpose(part, 0, steps)
        arranged.append(lift_lowest(moved))
    log.info("%d parts moved by %d steps", len(arranged), steps)
    return arranged


def name(note: int) -> str:
    return f"{NAMES[note % 12]}{note // 12 - 1}"


def check(part: Part) -> str:
    low, high = RANGES[part.voice]
    for note in part.notes:
        if not low <= note <= high:
            raise RangeError(f"{part.voice} cannot sing {name(note)}")
        if high - note < 3:
            log.warning("%s: %s is near the top", part.voice, name(note))
    return f"{part.voice}: {' '.join(name(note) for note in part.notes)}"


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    parts = load(HERE / "hymn.json")
    log.info("hymn in %d parts", len(parts))
    lines = []
    for part in arrange(parts, steps=2):
        lines.append(check(part))
        log.info("%s is fine", part.voice)
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
