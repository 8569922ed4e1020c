"""Places in the code: what is known of an instruction, found out once.

The second error at a place costs no reading: file, line, names, source and the exact expression
are kept, bounded, for each instruction that a frame was seen at.
"""

from __future__ import annotations

import os
from itertools import islice
from types import CodeType

from msgspec import Struct

from backtrail.model.kinds import SourceLine
from backtrail.model.limits import (
    PLACES_MAX,
    SOURCE_LINE_CHARS_MAX,
    SOURCE_LINES,
    SOURCE_LINES_ABOVE_MAX,
)
from backtrail.record.capture.redact import (
    clean_source,
    clean_text,
    is_clean,
    is_secret_name,
    when_names_change,
)
from backtrail.record.capture.secrets.taints import forms, worth
from backtrail.record.capture.source import lines_of
from backtrail.record.capture.values.namespace import names_of

_HERE = os.path.abspath(__file__)
OWN_CODE = os.path.dirname(os.path.dirname(_HERE)) + os.sep
"""The recorder's own folder: its frames are left out."""
_LIBRARY = (os.path.dirname(os.__file__) + os.sep, "<frozen ", "<__array_function__")
_REAL_LIBRARY = os.path.dirname(os.path.realpath(os.__file__)) + os.sep
_CO_NEWLOCALS = 0x2
_PACKAGES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


class Place(Struct, gc=False):
    """An instruction of a piece of code, and what is shown of it."""

    of: CodeType
    """Kept, so that its identity is not used again."""
    file: str
    line: int
    function: str
    qualified: str
    code: str | None
    expression: str | None
    source: list[SourceLine]
    is_app: bool
    taints: tuple[str, ...]
    """Values under secret names in the source."""
    is_plain: bool
    """Whether its variables have names that need no look: a function's, none of them secret."""


_places: dict[tuple[int, int], Place] = {}
when_names_change.append(_places.clear)


def place_of(code: CodeType, instruction: int, line: int | None) -> Place:
    """Return what is known about an instruction.

    An instruction is named by its offset in bytes, as frames and tracebacks have it; one that has
    no line counts as the first.
    """
    key = (id(code), instruction)
    place = _places.get(key)
    if place is None:
        if len(_places) >= PLACES_MAX:
            _places.clear()
        place = _places[key] = _look(code, instruction, line or code.co_firstlineno)
    return place


def is_app_file(path: str) -> bool:
    """Tell whether a file is the user's own: neither of Python, nor of an installed package."""
    if path.startswith((*_LIBRARY, _REAL_LIBRARY, OWN_CODE)):
        return False
    return not any(part in path for part in _PACKAGES)


def _look(code: CodeType, instruction: int, line: int) -> Place:
    path = code.co_filename
    if not os.path.isabs(path) and os.path.exists(path):
        path = os.path.abspath(path)
    lines = lines_of(path)
    found: list[str] = []
    source = _source(lines, line, found)
    taints = {form for value in found if worth(value) for form in forms(value) if worth(form)}
    here = next((each.text.strip() for each in source if each.line == line), None)
    return Place(
        of=code,
        file=path if is_clean(path) else clean_text(path),
        line=line,
        function=_clean_name(code.co_name),
        qualified=_clean_name(code.co_qualname),
        code=here,
        expression=_expression(code, instruction, lines),
        source=source,
        is_app=is_app_file(path),
        taints=tuple(taints),
        is_plain=_are_plain(code),
    )


def _clean_name(name: str) -> str:
    return name if is_clean(name) else clean_text(name)


def _source(lines: list[str], line: int, found: list[str]) -> list[SourceLine]:
    """Return the lines around one.

    A secret may begin above them: a key of many lines, a collection under a secret name.
    """
    first = max(1, line - SOURCE_LINES)
    above = max(1, first - SOURCE_LINES_ABOVE_MAX)
    rows = [row[:SOURCE_LINE_CHARS_MAX] for row in lines[above - 1 : line + SOURCE_LINES]]
    if not rows:
        return []
    clean = clean_source("\n".join(rows), found=found.append).split("\n")
    return [
        SourceLine(line=number, text=text)
        for number, text in enumerate(clean[first - above :], first)
    ]


def _are_plain(code: CodeType) -> bool:
    is_function = bool(code.co_flags & _CO_NEWLOCALS)
    return is_function and not any(
        n[:1] == "." or is_secret_name(n) or not is_clean(n) for n in names_of(code)
    )


def _expression(code: CodeType, instruction: int, lines: list[str]) -> str | None:
    """Return the exact part of the source that an instruction is made from."""
    position = next(islice(code.co_positions(), instruction // 2, None), None)
    if position is None:
        return None
    line, end_line, start, end = position
    if line is None or end_line is None or start is None or end is None:
        return None
    rows = [row[:SOURCE_LINE_CHARS_MAX] for row in lines[line - 1 : min(end_line, line + 8)]]
    if not rows:
        return None
    # Offsets count bytes of UTF-8.
    if end_line == line:
        rows[0] = _between(rows[0], start, end)
    else:
        rows[0] = _between(rows[0], start, None)
        if end_line - line < len(rows):
            rows[-1] = _between(rows[-1], 0, end)
    text = "\n".join(row.strip() for row in rows)
    return clean_source(text) or None


def _between(row: str, start: int, end: int | None) -> str:
    return row[start:end] if row.isascii() else row.encode()[start:end].decode("utf-8", "replace")
