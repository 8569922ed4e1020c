"""Set the stage lights of a concert by the moods that a model hears in the songs."""

import json
import logging
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import anthropic
from messages_server import local_messages

HERE = Path(__file__).resolve().parent
COLOURS = {"calm": (40, 60, 120), "warm": (220, 140, 40), "cold": (60, 120, 220)}
COLOURS |= {"fast": (240, 240, 240), "bright": (250, 230, 120)}
log = logging.getLogger("lights")


@dataclass
class Cue:
    title: str
    moods: list[str] = field(default_factory=list)
    colour: tuple[int, int, int] = (0, 0, 0)


class Listener:
    def __init__(self, client: anthropic.Anthropic):
        self.client = client

    def ask(self, prompt: str) -> str:
        reply = self.client.messages.create(
            model="stage-1",
            max_tokens=60,
            system="Name the moods of a song, one to three of the list, with commas between.",
            messages=[{"role": "user", "content": prompt}],
        )
        return "".join(block.text for block in reply.content if block.type == "text")

    def moods(self, song: dict) -> list[str]:
        prompt = f"{song['title']}\n{song['opening']}\nList: {', '.join(COLOURS)}"
        try:
            text = self.ask(prompt)
        except anthropic.APIStatusError as exc:
            log.warning("%s: model answered %d, once more", song["title"], exc.status_code)
            time.sleep(0.05)
            text = self.ask(prompt)
        names = [name.strip().lower() for name in text.split(",")]
        if len(set(names)) < len(names):
            log.warning("%s: a mood is named twice", song["title"])
        return [name.split()[0] for name in dict.fromkeys(names)]


def mix(moods: list[str]) -> tuple[int, int, int]:
    totals = [0, 0, 0]
    for mood in moods:
        colour = COLOURS[mood]
        totals = [have + part for have, part in zip(totals, colour, strict=True)]
    red, green, blue = (total // len(moods) for total in totals)
    return red, green, blue


def fade(cues: list[Cue]) -> int:
    steps = 0
    for one, two in zip(cues, cues[1:], strict=False):
        steps += max(abs(left - right) for left, right in zip(one.colour, two.colour, strict=True))
    return steps


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    for name in ("httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    songs = json.loads((HERE / "songs.json").read_text(encoding="utf-8"))
    with local_messages() as base_url:
        client = anthropic.Anthropic(base_url=base_url, api_key="local", max_retries=0)
        listener = Listener(client)
        cues = [Cue(song["title"], listener.moods(song)) for song in songs]
    log.info("%d songs heard", len(cues))
    for cue in cues:
        cue.colour = mix(cue.moods)
        log.info("%s: %s", cue.title, cue.colour)
    print(f"{len(cues)} cues, {fade(cues)} steps of fading")
    return 0


if __name__ == "__main__":
    sys.exit(main())
