"""What a file of the program's holds, read beside the program and before it does so itself.

Only the beginning of regular files whose name says that they are small texts is read, or that have
no suffix: never of a pipe, a socket or a device, which reading would change or which never end.
"""

from __future__ import annotations

import importlib
import os
import stat
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from backtrail.model.limits import FILE_CHARS_MAX, FILE_READ_BYTES_MAX
from backtrail.record.capture.redact import MARKER, is_secret_name
from backtrail.record.capture.secrets.names import words_of
from backtrail.record.capture.values.walk import Walk, shown_text

TEXT_SUFFIXES = frozenset(
    str.split(
        """
        json jsonl ndjson toml ini cfg conf config yaml yml env csv tsv txt text xml properties
        md rst lst list
        """
    )
)
_made: list[Callable[[bytes], Any]] = []
"""What makes a digest, once it was needed."""


class Content(NamedTuple):
    """What is told of a file."""

    text: str | None = None
    sha256: str | None = None
    is_cut: bool = False


def look(path: str) -> os.stat_result | None:
    """Return what the system knows about a file; `None` when there is none."""
    try:
        return os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def content(path: str, known: os.stat_result, walk: Walk) -> Content:
    """Return what is told of a regular file that is about to be read: little, and no secret."""
    if not stat.S_ISREG(known.st_mode) or not known.st_size or not _may_be_text(path):
        return Content()
    if _is_secret_file(path):
        return Content(text=MARKER)
    data = _beginning(path, min(known.st_size + 1, FILE_READ_BYTES_MAX))
    if data is None:
        return Content()
    is_whole = len(data) == known.st_size
    text = _text(data, is_whole=is_whole)
    if text is None:
        return Content(sha256=_digest(data) if is_whole else None)
    hides = len(walk.taints)
    shown = shown_text(_without_columns(path, text, walk), walk, FILE_CHARS_MAX)
    # The digest of a text with a secret would tell whoever guesses it that the guess is right.
    is_plain = len(walk.taints) == hides and MARKER not in shown
    return Content(
        text=shown,
        sha256=_digest(data) if is_whole and is_plain else None,
        is_cut=not is_whole or len(text) > FILE_CHARS_MAX,
    )


def _may_be_text(path: str) -> bool:
    name = os.path.basename(path)
    stem, dot, suffix = name.rpartition(".")
    return not dot or not stem or suffix.lower() in TEXT_SUFFIXES


def _is_secret_file(path: str) -> bool:
    """Tell whether a file's name, or that of its folder, says that it holds nothing else."""
    folder, name = os.path.split(path)
    stem = name.partition(".")[0] or name
    around = os.path.basename(folder)
    return is_secret_name(stem) or (len(words_of(around)) == 1 and is_secret_name(around))


def _beginning(path: str, most: int) -> bytes | None:
    """Read the beginning of a regular file; the name may stand for another one by now."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError:
        return None
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return os.read(descriptor, most)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return None


def _text(data: bytes, *, is_whole: bool) -> str | None:
    """Return bytes as text if that is what they are; a character may be cut at the end."""
    if b"\0" in data:
        return None
    for end in range(len(data), max(len(data) - (1 if is_whole else 4), -1), -1):
        try:
            return data[:end].decode()
        except UnicodeDecodeError:
            continue
    return None


def _without_columns(path: str, text: str, walk: Walk) -> str:
    """Return a table without the cells of columns that have secret names."""
    if path.rpartition(".")[2].lower() not in {"csv", "tsv"}:
        return text
    head, _, rest = text.partition("\n")
    delimiter = max("\t;|,", key=head.count)
    names = [name.strip().strip("\"'") for name in head.split(delimiter)]
    hidden = {place for place, name in enumerate(names) if is_secret_name(name)}
    if not hidden:
        return text
    # Loaded only here, since hardly any table has such a column; and not `csv`, which may be a
    # module of the program's own.
    table: Any = importlib.import_module("_csv")
    try:
        rows = list(table.reader(rest.splitlines(), delimiter=delimiter))
    except table.Error:
        return f"{head}\n{MARKER}"
    for row in rows:
        for place in hidden.intersection(range(len(row))):
            walk.taint(row[place])
            row[place] = MARKER
    return "\n".join([head, *(delimiter.join(row) for row in rows)])


def _digest(data: bytes) -> str:
    if not _made:
        # Loaded only here, and without what `hashlib` brings along: all of OpenSSL.
        name = "_sha2" if sys.version_info >= (3, 12) else "_sha256"
        _made.append(importlib.import_module(name).sha256)
    return str(_made[0](data).hexdigest())
