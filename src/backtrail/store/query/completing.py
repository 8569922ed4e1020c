"""What may be written at a place in a query: names of fields, and values that are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec import Struct

from backtrail.model.limits.reading import COMPLETIONS_MAX, VALUES_KNOWN_MAX
from backtrail.store.catalog import Catalog
from backtrail.store.query.fields import FIELDS, STATUSES

Known = Callable[[str], Iterable[str]]
"""Gives the known values of a field, the most recent first."""

_BEFORE = re.compile(
    r"[-(]*(?:([@\w.\-/]+):([><]=?)?(\"(?:[^\"\\]|\\.)*|[^\s()\"]*)|([@\w.\-/]*))\Z"
)
_PLAIN = re.compile(r"[^\s()\"*\\:<>=-][^\s()\"*\\]*\Z")
_VALUES: dict[str, tuple[str, ...]] = {
    "status": STATUSES,
    "duration": (">100ms", ">1s", ">10s"),
    "since": ("15min", "1h", "24h", "7d"),
    "until": ("15min", "1h", "24h", "7d"),
    "started": (">1h", ">24h"),
    "errors": ("0", ">0"),
    "events": (">100", ">1000"),
    "spans": (">10", ">100"),
}
_RECENT = {
    "name": "recent_names",
    "session": "recent_sessions",
    "error": "recent_error_types",
}


class Completion(Struct, frozen=True, kw_only=True):
    """One way to go on with a query."""

    text: str
    """What to put in place of the text from `start` to `end`."""
    start: int
    end: int
    about: str
    """What it means, or an empty text."""


def completions(text: str, position: int, known: Known | None = None) -> list[Completion]:
    """Return what may stand at a place of a query, at most `COMPLETIONS_MAX`.

    Args:
        text: the query as far as it is written; it need not be whole.
        position: where the cursor is in it, in characters.
        known: what gives the values of a field; without it only those of the language are offered.
    """
    position = max(0, min(position, len(text)))
    begin = _term_start(text, position)
    match = _BEFORE.match(text, begin, position)
    if match is None:
        return []
    name, value, word = match[1], match[3], match[4]
    if name is None:
        start = match.start(4)
        return [
            Completion(text=f"{field}:", start=start, end=position, about=FIELDS[field].about)
            for field in FIELDS
            if field.startswith(word.lower())
        ][:COMPLETIONS_MAX]
    start = match.start(3) - len(match[2] or "")
    written = f"{match[2] or ''}{value}".removeprefix('"').casefold()
    offered = [
        Completion(text=one, start=start, end=position, about="")
        for one in _values(name, known)
        if written in one.casefold().replace('"', "")
    ]
    offered.sort(key=lambda one: not one.text.casefold().lstrip('"').startswith(written))
    return offered[:COMPLETIONS_MAX]


def known_values(catalog: Catalog) -> Known:
    """Return what gives the values that the newest traces and errors have, each once."""

    def known(field: str) -> Iterable[str]:
        query = _RECENT.get(field)
        if query is None:
            return ()
        rows = catalog.rows(query, limit=VALUES_KNOWN_MAX)
        return dict.fromkeys(row[0] for row in rows)

    return known


def _term_start(text: str, position: int) -> int:
    """Return where the term begins in which a place is; a space inside of quotes is part of it."""
    start = 0
    is_quoted = False
    at = 0
    while at < position:
        if is_quoted and text[at] == "\\":
            at += 1
        elif text[at] == '"':
            is_quoted = not is_quoted
        elif not is_quoted and (text[at].isspace() or text[at] in "()"):
            start = at + 1
        at += 1
    return start


def _values(field: str, known: Known | None) -> Iterable[str]:
    yield from _VALUES.get(field, ())
    for value in known(field) if known else ():
        yield _as_written(value)


def _as_written(value: str) -> str:
    r"""Return a value as a query writes it: in quotes where it must be, `*` as `\*`."""
    if _PLAIN.match(value):
        return value
    escaped = re.sub(r"[\\\"*]", r"\\\g<0>", value)
    return f'"{escaped}"'
