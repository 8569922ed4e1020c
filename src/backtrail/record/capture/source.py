"""Lines of source files, read once and without the machinery that Python has for it.

Texts that are in no file, such as the cells of a notebook, are taken from `linecache` where the
program has it loaded.
"""

from __future__ import annotations

import os
import re
import sys

from msgspec import Struct

from backtrail.model.limits import SOURCE_BYTES_MAX, SOURCE_FILES_MAX

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
_ANY_TEXT = "<string>"
_BOM = b"\xef\xbb\xbf"


class SourceFile(Struct, gc=False):
    """A source file as it was when it was read."""

    mtime_ns: int
    lines: list[str]


_files: dict[str, SourceFile] = {}


def lines_of(path: str) -> list[str]:
    """Return the lines of a source file, none when it cannot be read."""
    try:
        facts = os.stat(path)
    except (OSError, ValueError):
        return _cached_lines(path)
    known = _files.get(path)
    if known is not None and known.mtime_ns == facts.st_mtime_ns:
        return known.lines
    lines = _read(path) if facts.st_size <= SOURCE_BYTES_MAX else []
    if len(_files) >= SOURCE_FILES_MAX:
        _files.clear()
    _files[path] = SourceFile(facts.st_mtime_ns, lines)
    return lines


def _read(path: str) -> list[str]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            raw = os.read(descriptor, SOURCE_BYTES_MAX)
        finally:
            os.close(descriptor)
    except OSError:
        return []
    raw = raw.removeprefix(_BOM)
    cookie = _COOKIE.search(raw, 0, raw.find(b"\n", raw.find(b"\n") + 1) % (len(raw) + 1))
    encoding = cookie[1].decode("ascii", "replace") if cookie else "utf-8"
    try:
        text = raw.decode(encoding, "replace")
    except LookupError:
        text = raw.decode("latin-1")
    return text.replace("\r\n", "\n").split("\n")


def _cached_lines(path: str) -> list[str]:
    """Return lines that an interactive program has left with `linecache`.

    All code that is executed from a text goes by the same name: whose lines they are is unknown.
    """
    if path == _ANY_TEXT:
        return []
    linecache = sys.modules.get("linecache")
    entry = getattr(linecache, "cache", {}).get(path)
    if type(entry) is tuple and len(entry) == 4 and type(entry[2]) is list:  # noqa: PLR2004 - size, time, lines, name
        return [line.rstrip("\n") for line in entry[2] if type(line) is str]
    return []
