"""Digitise the reels of a film archive and cut the scenes that visitors asked for."""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
REELS = HERE / "reels.json"
log = logging.getLogger("archive")


@dataclass(frozen=True)
class Scene:
    title: str
    reel: str
    begin: int
    seconds: int


class Deck:
    """Plays one reel after another in a process of its own."""

    def __init__(self, script: Path):
        self.script = script

    def scenes(self, reel: str) -> list[Scene]:
        command = [sys.executable, str(self.script), str(REELS), reel]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as player:
            out, notes = player.communicate()
        if notes:
            log.warning("%s", notes.strip())
        scenes, begin = [], 0
        for line in out.splitlines():
            title, seconds = line.split("\t")
            scenes.append(Scene(title, reel, begin, int(seconds)))
            begin += int(seconds)
        log.info("%s: %d scenes, %d seconds", reel, len(scenes), begin)
        return scenes


def catalogue(deck: Deck, reels: list[str]) -> dict[str, Scene]:
    found = {}
    for reel in reels:
        for scene in deck.scenes(reel):
            found[scene.title] = scene
    return found


def cut(title: str, scenes: dict[str, Scene]) -> str:
    scene = scenes[title]
    end = scene.begin + scene.seconds
    if scene.seconds > 100:
        log.warning("%s is long, cut to 100 seconds", title)
        end = scene.begin + 100
    log.info("%s: %s from %d to %d", title, scene.reel, scene.begin, end)
    return f"{scene.reel} {scene.begin}-{end}"


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    reels = list(json.loads(REELS.read_text(encoding="utf-8")))
    scenes = catalogue(Deck(HERE / "digitise.py"), reels)
    log.info("%d scenes of %d reels", len(scenes), len(reels))
    wanted = (HERE / "wanted.txt").read_text(encoding="utf-8").split()
    cuts = [cut(title, scenes) for title in wanted]
    print("; ".join(cuts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
