"""Does its work, whatever becomes of the place where it is recorded.

python steadfast.py HOME MISFORTUNE
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import backtrail

HALF = 6_000
"""Events before and after the misfortune; these are more than one segment holds."""


def delete_home(home: Path) -> None:
    shutil.rmtree(home)


def delete_journal(home: Path) -> None:
    shutil.rmtree(home / "journal", ignore_errors=True)


def file_for_journal(home: Path) -> None:
    """Put a file where the journal was."""
    delete_journal(home)
    (home / "journal").write_text("not a journal")


def make_read_only(home: Path) -> None:
    for folder in (home / "journal", home / "errors", home):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o500)


def fill_disk(_home: Path) -> None:
    """Let no file grow any more, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def use_up_files(_home: Path) -> None:
    """Let no further file be opened."""
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, hard))
    with suppress(OSError):
        while True:
            os.dup(0)


def use_up_memory(_home: Path) -> None:
    """Let no further memory be mapped."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + (1 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def leave_folder(_home: Path) -> None:
    """Be in a folder that is gone."""
    gone = Path("gone")
    gone.mkdir()
    os.chdir(gone)
    Path("../gone").resolve().rmdir()


MISFORTUNES: dict[str, Callable[[Path], None]] = {
    "none": lambda _home: None,
    "home deleted": delete_home,
    "journal deleted": delete_journal,
    "file for journal": file_for_journal,
    "read-only": make_read_only,
    "disk full": fill_disk,
    "no more files": use_up_files,
    "no more memory": use_up_memory,
    "folder gone": leave_folder,
}


def work(first: int) -> int:
    """Record; return what does not depend on it."""
    total = 0
    with backtrail.trace_span("do_half", first=first):
        for number in range(first, first + HALF):
            backtrail.debug("step_done", number=number, text="a b c " * 60)
            total += number
            if number % 2_000 == 0:
                total += survive(number)
    return total


def survive(number: int) -> int:
    """Meet an error, and go on."""
    try:
        return look_up(number)
    except LookupError as error:
        return len(error.args)


@backtrail.capture_error_context
def look_up(number: int) -> int:
    raise LookupError(number)


def main(home: Path, misfortune: str) -> NoReturn:
    """Work, meet with the misfortune, work on, fail as always."""
    sys.stdout.write(f"before: {work(0)}\n")
    MISFORTUNES[misfortune](home)
    sys.stdout.write(f"after: {work(HALF)}\n")
    raise ValueError("as always")


if __name__ == "__main__":
    backtrail.start()
    main(Path(sys.argv[1]), sys.argv[2])
