"""Read the scanned pages of a parish register and count the entries on them."""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGES = HERE / "pages.json"
SECONDS = 2.0
BLANK = 4
log = logging.getLogger("scans")


@dataclass
class Page:
    name: str
    text: str

    @property
    def words(self) -> list[str]:
        return self.text.split()


def recognise(name: str) -> str:
    command = [sys.executable, str(HERE / "recognise.py"), str(PAGES), name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as exc:
        log.debug("%s is not finished", name)
        return (exc.stdout or b"").decode("utf-8")
    if done.returncode != BLANK:
        done.check_returncode()
    return done.stdout


def read_pages(names: list[str]) -> list[Page]:
    pages = []
    for name in names:
        page = Page(name, recognise(name).strip())
        if page.words or "foldout" in name:
            pages.append(page)
        else:
            log.warning("%s is a blank page, left out", name)
    log.info("%d of %d pages hold something", len(pages), len(names))
    return pages


def entries(page: Page) -> int:
    words = page.words
    count = int(words[-1])
    if words[0] == "Map":
        log.info("%s: a map with %d plots", page.name, count)
    return count


def tally(pages: list[Page]) -> int:
    total = 0
    for page in pages:
        total += entries(page)
        log.info("%s: %d entries so far", page.name, total)
    return total


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    names = [page["page"] for page in json.loads(PAGES.read_text(encoding="utf-8"))]
    log.info("%d pages to read", len(names))
    pages = read_pages(names)
    print(f"{tally(pages)} entries on {len(pages)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
