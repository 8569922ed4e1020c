"""Read the text of one scanned page."""

import json
import sys
import time

SECONDS_A_TILE = 0.02


def main() -> int:
    source, name = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        page = next(page for page in json.load(file) if page["page"] == name)
    if page["size"] == 0:
        print(f"{name}: blank", file=sys.stderr)
        return 4
    time.sleep(page["size"] * SECONDS_A_TILE)
    print(page["text"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
