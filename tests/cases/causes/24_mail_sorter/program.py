"""Sort the letters of a joinery into folders as a model proposes, and count what is kept."""

import json
import logging
import sys
from dataclasses import dataclass, field
from pathlib import Path

from assistant import local_assistant
from openai import OpenAI

HERE = Path(__file__).resolve().parent
FOLDERS = ("Suppliers/Wood", "Suppliers/Tools", "Staff/Leave", "Customers/Orders")
SHORTEST = 60
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in ("move", "ask_person")
]
log = logging.getLogger("mail")


@dataclass
class Mailbox:
    folders: dict[str, list[str]]
    waiting: list[str] = field(default_factory=list)

    def put(self, folder: str, letter: str) -> None:
        letters = self.folders[folder]
        letters.append(letter)


@dataclass(frozen=True)
class Step:
    letter: str
    folder: str
    days: int


class Sorter:
    def __init__(self, client: OpenAI):
        self.client = client

    def call(self, letter: dict) -> tuple[str, dict]:
        text = f"[{letter['id']}] {letter['from']}: {letter['subject']}"
        stream = self.client.chat.completions.create(
            model="sorter-2",
            stream=True,
            tools=TOOLS,
            messages=[
                {"role": "system", "content": f"Folders: {', '.join(FOLDERS)}"},
                {"role": "user", "content": text},
            ],
        )
        name, arguments = "", ""
        for chunk in stream:
            for part in chunk.choices[0].delta.tool_calls or []:
                name += part.function.name or ""
                arguments += part.function.arguments or ""
        return name, json.loads(arguments)

    def plan(self, letters: list[dict], mailbox: Mailbox) -> list[Step]:
        steps = []
        for letter in letters:
            name, arguments = self.call(letter)
            if name != "move":
                log.warning("%s: a person must say: %s", letter["id"], arguments["question"])
                mailbox.waiting.append(letter["id"])
                continue
            steps.append(Step(letter["id"], arguments["folder"].lower(), arguments["keep_days"]))
        log.info("%d letters to move, %d wait", len(steps), len(mailbox.waiting))
        return steps


def retention(steps: list[Step]) -> int:
    for step in steps:
        if step.days < SHORTEST:
            log.warning("%s: kept for %d days only", step.letter, step.days)
    return sum(step.days for step in steps)


def carry_out(steps: list[Step], mailbox: Mailbox) -> None:
    for step in sorted(steps, key=lambda one: -one.days):
        mailbox.put(step.folder, step.letter)
        log.info("%s moved", step.letter)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    for name in ("httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    letters = json.loads((HERE / "inbox.json").read_text(encoding="utf-8"))
    mailbox = Mailbox({folder.lower(): [] for folder in FOLDERS})
    with local_assistant() as base_url:
        client = OpenAI(base_url=base_url, api_key="local", max_retries=0)
        steps = Sorter(client).plan(letters, mailbox)
    days = retention(steps)
    carry_out(steps, mailbox)
    print(f"{len(steps)} letters, {days} days of keeping")
    return 0


if __name__ == "__main__":
    sys.exit(main())
