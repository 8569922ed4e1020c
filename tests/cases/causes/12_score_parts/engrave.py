"""Engrave the parts of a score; what is engraved goes to standard output as JSON."""

import json
import sys
from pathlib import Path

CLEFS = {"G2": 6, "F4": 4, "C3": 5}


def engrave(part: dict) -> dict:
    lines = CLEFS[part["clef"]]
    pages = -(-part["bars"] // (lines * 8))
    return {"pages": pages, "bars": part["bars"]}


def main() -> int:
    parts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    done = {}
    for part in parts:
        try:
            done[part["name"]] = engrave(part)
        except KeyError as exc:
            print(f"engrave: {part['name']}: unknown clef {exc}", file=sys.stderr)
    json.dump(done, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
