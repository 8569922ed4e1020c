"""Pass the evening's letters through a mail gate with limits for each sender."""

import json
import logging
import sys
import tomllib
from collections import deque
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
log = logging.getLogger("gate")


@dataclass(frozen=True)
class Limits:
    per_hour: int
    recipients: int
    attachment_kb: int


@dataclass
class Letter:
    id: str
    sender: str
    recipients: int
    kb: int


class Gate:
    def __init__(self, name: str, limits: Limits, room: int):
        self.name = name
        self.limits = limits
        self.waiting: deque[Letter] = deque(maxlen=room)
        self.batches: dict[str, int] = {}

    def accept(self, letter: Letter) -> None:
        if letter.kb > self.limits.attachment_kb:
            log.warning("%s: %d kB, the attachment is taken off", letter.id, letter.kb)
            letter.kb = self.limits.attachment_kb
        size = min(letter.recipients, self.limits.recipients)
        self.batches[letter.id] = -(-letter.recipients // size) if size else 0
        if len(self.waiting) == self.waiting.maxlen:
            log.warning("%s: the queue is full, the first one goes out now", self.name)
        self.waiting.append(letter)

    def minutes(self, letter: Letter) -> float:
        batches = self.batches[letter.id]
        return 60 * letter.recipients / (self.limits.per_hour * batches)


def load_gate(path: Path) -> Gate:
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    sender = settings["limits"]["sender"]
    limits = Limits(
        per_hour=sender.get("per_hour", 20),
        recipients=sender.get("recipients", 0),
        attachment_kb=sender.get("attachment_kb", 256),
    )
    listen = settings["listen"]
    if "port" not in listen:
        log.warning("%s: no port set, using the standard one", listen["name"])
    return Gate(listen["name"], limits, listen["queue"])


def load_letters(path: Path) -> list[Letter]:
    entries = json.loads(path.read_text(encoding="utf-8"))
    return [Letter(entry["id"], entry["from"], entry["to"], entry["kb"]) for entry in entries]


def timetable(gate: Gate) -> list[str]:
    lines = []
    for letter in gate.waiting:
        lines.append(f"{letter.id} {letter.sender} {gate.minutes(letter):.1f} min")
        log.info("%s has its time", letter.id)
    return lines


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    gate = load_gate(HERE / "gate.toml")
    letters = load_letters(HERE / "evening.json")
    for letter in letters:
        gate.accept(letter)
    log.info("%d letters at %s", len(letters), gate.name)
    print("\n".join(timetable(gate)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
