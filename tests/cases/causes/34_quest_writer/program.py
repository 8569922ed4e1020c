"""Have a model write what the characters of a game say, and lay the lines out for the screen."""

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from openai import OpenAI
from story_model import story_model

HERE = Path(__file__).resolve().parent
COLUMNS = 28
RICH = 40
log = logging.getLogger("quests")


@dataclass
class Character:
    role: str
    place: str
    gold: int
    line: str = ""

    @property
    def heading(self) -> str:
        return f"{self.role.title()} ({self.place})"


class Writer:
    def __init__(self, client: OpenAI):
        self.client = client
        self.tokens = 0

    def speak(self, role: str) -> str:
        reply = self.client.chat.completions.create(
            model="bard-7b",
            messages=[
                {"role": "system", "content": "Write one line of speech for a village tale."},
                {"role": "user", "content": f"The character is the {role}"},
            ],
        )
        self.tokens += reply.usage.total_tokens
        return reply.choices[0].message.content


def load_cast(path: Path) -> list[Character]:
    cast = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        if not entry["place"]:
            log.warning("%s has no place, put at the gate", entry["role"])
            entry["place"] = "gate"
        if entry["gold"] > RICH:
            log.warning("%s gives %d gold, is that right?", entry["role"], entry["gold"])
        cast.append(Character(**entry))
    return cast


def write_lines(cast: list[Character], writer: Writer) -> None:
    for character in cast:
        character.line = writer.speak(character.role)
    log.info("%d lines for %d tokens", len(cast), writer.tokens)


def wrap(text: str, columns: int) -> list[str]:
    rows = [""]
    for word in text.split():
        if rows[-1] and len(rows[-1]) + len(word) + 1 > columns:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return rows


def screen(character: Character) -> list[str]:
    rows = wrap(character.line, COLUMNS)
    log.info("%s: %d rows", character.heading, len(rows))
    return [character.heading, *rows]


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    for name in ("httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    cast = load_cast(HERE / "cast.json")
    with story_model() as base_url:
        client = OpenAI(base_url=base_url, api_key="local", max_retries=0)
        write_lines(cast, Writer(client))
    for character in sorted(cast, key=lambda one: one.gold):
        print("\n".join(screen(character)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
