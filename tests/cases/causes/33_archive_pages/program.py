"""Catalogue the scans of an archive: pages and words, each counted by a small tool."""

import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE_TOOL = ("scanpages", "--plain")
WORD_TOOL = (sys.executable, str(HERE / "count_words.py"))
PER_BOX = 200
log = logging.getLogger("archive")


@dataclass
class Entry:
    name: str
    year: int
    pages: str
    words: int

    @property
    def label(self) -> str:
        return f"{self.name} {self.year}"


def run(tool: tuple[str, ...], scan: Path) -> str:
    try:
        done = subprocess.run(
            [*tool, str(scan)], capture_output=True, text=True, check=True, timeout=10
        )
    except subprocess.CalledProcessError as exc:
        log.warning("%s: %s", scan.stem, exc.stderr.strip())
        return "0"
    except OSError:
        return ""
    return done.stdout.strip()


def describe(scan: Path) -> Entry:
    name, _, year = scan.stem.partition("_")
    entry = Entry(name, int(year), run(PAGE_TOOL, scan), int(run(WORD_TOOL, scan)))
    if entry.words < 4:
        log.warning("%s: %d words only, look at it again", entry.label, entry.words)
    return entry


def catalogue(folder: Path) -> list[Entry]:
    entries = [describe(scan) for scan in sorted(folder.glob("*.scan"))]
    log.info("%d scans in %s", len(entries), folder.name)
    return entries


def span(entries: list[Entry]) -> str:
    years = [entry.year for entry in entries]
    return f"{min(years)} to {max(years)}"


def shelf_length(entries: list[Entry]) -> int:
    millimetres = 0
    for entry in entries:
        sheets = int(entry.pages)
        millimetres += 1 + sheets // 4
    return millimetres


def boxes(entries: list[Entry]) -> int:
    needed = -(-shelf_length(entries) // PER_BOX)
    log.info("%d boxes", needed)
    return needed


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    entries = catalogue(HERE / "scans")
    log.info("from %s", span(entries))
    words = sum(entry.words for entry in entries)
    print(f"{len(entries)} entries, {words} words, {boxes(entries)} boxes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
