"""The fields of the query language: what each means, and how its values are read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import NoReturn

from msgspec import Struct

from backtrail.model.clock import NS_PER_S
from backtrail.model.times import seconds_of, time_of
from backtrail.store.query.syntax import Written, parse
from backtrail.store.query.terms import Compared, Leaf, Query, Term, mapped
from backtrail.store.query.wrong import WrongQueryError

STATUSES = ("ok", "error", "unfinished", "running")
ATTRIBUTE = "attribute"
_INTEGER = re.compile(r"\d{1,15}\Z", re.ASCII)
_COMPARISONS = (">", ">=", "<", "<=")


class Field(Struct, frozen=True, kw_only=True):
    """A name that a term may have."""

    about: str
    """What it compares with, for somebody who has not met it."""
    example: str
    read: Callable[[_Reading], Term]


class _Reading(Struct, frozen=True, kw_only=True):
    """One term, and what is needed to read it."""

    written: Written
    text: str
    now_unix_ns: int

    def wrong(self, message: str, hint: str) -> NoReturn:
        start, end = self.written.value_start, self.written.end
        raise WrongQueryError(message, hint=hint, text=self.text, start=start, end=end)

    def wrong_name(self, message: str, hint: str) -> NoReturn:
        start = self.written.start
        end = start + len(self.written.name or "")
        raise WrongQueryError(message, hint=hint, text=self.text, start=start, end=end)


def read_query(text: str, *, now_unix_ns: int) -> Query:
    """Read a query.

    Args:
        text: as somebody wrote it: `status:error name:"llm*" duration:>2s`.
        now_unix_ns: what `since:1h` counts from.

    Raises:
        WrongQueryError: it cannot be read; it says where, and what was expected.
    """

    def term(written: Written) -> Query:
        return Leaf(_term(_Reading(written=written, text=text, now_unix_ns=now_unix_ns)))

    return mapped(parse(text), term)


def _term(reading: _Reading) -> Term:
    name = reading.written.name
    if name is None:
        return Term(field="text", value=reading.written.value)
    field = FIELDS.get(name)
    if field is not None:
        return field.read(reading)
    if name.startswith("@") or "." in name:
        return _attribute(reading)
    return _unknown(reading, name)


def _unknown(reading: _Reading, name: str) -> NoReturn:
    near = difflib.get_close_matches(name.lower(), FIELDS, n=1)
    known = f"did you mean {near[0]}?" if near else f"fields: {', '.join(FIELDS)}"
    reading.wrong_name(
        f"there is no field {name!r}",
        f"{known}; an attribute is written @{name}:…, a text in quotes",
    )


def _status(reading: _Reading) -> Term:
    _only_equal(reading)
    status = reading.written.text
    if status not in STATUSES:
        reading.wrong(f"{status!r} is no status", f"expected one of {', '.join(STATUSES)}")
    return Term(field="status", value=status)


def _pattern(reading: _Reading) -> Term:
    _only_equal(reading)
    assert reading.written.name is not None
    return Term(field=reading.written.name, value=reading.written.value)


def _text(reading: _Reading) -> Term:
    if reading.written.value.is_empty:
        reading.wrong("there is no text to search for", 'write one: text:"timed out"')
    return _pattern(reading)


def _duration(reading: _Reading) -> Term:
    compared = _comparison(reading, f"{reading.written.name}:>2s")
    seconds = seconds_of(reading.written.text)
    if seconds is None or seconds * NS_PER_S >= 1 << 62:
        reading.wrong(
            f"{reading.written.text!r} is no duration", "expected one such as 250ms, 2s, 5min or 1h"
        )
    assert reading.written.name is not None
    return Term(field=reading.written.name, compared=compared, value=round(seconds * NS_PER_S))


def _started(reading: _Reading) -> Term:
    return _time(reading, _comparison(reading, "started:>2026-11-20 or started:<1h"))


def _since(reading: _Reading) -> Term:
    _only_equal(reading)
    return _time(reading, ">=")


def _until(reading: _Reading) -> Term:
    _only_equal(reading)
    return _time(reading, "<")


def _time(reading: _Reading, compared: Compared) -> Term:
    found = time_of(reading.written.text, now_unix_ns=reading.now_unix_ns)
    if found is None or abs(found) >= 1 << 62:
        reading.wrong(
            f"{reading.written.text!r} is no time",
            "expected one such as 2h (ago), 2026-11-21 or 2026-11-21T10:00",
        )
    return Term(field="started", compared=compared, value=found)


def _count(reading: _Reading) -> Term:
    if not _INTEGER.match(reading.written.text):
        reading.wrong(
            f"{reading.written.text!r} is no whole number",
            f"expected one such as {reading.written.name}:3 or {reading.written.name}:>10",
        )
    assert reading.written.name is not None
    return Term(
        field=reading.written.name,
        compared=reading.written.compared,
        value=int(reading.written.text),
    )


def _attribute(reading: _Reading) -> Term:
    written = reading.written
    assert written.name is not None
    key = written.name.removeprefix("@")
    if written.compared == "=":
        return Term(field=ATTRIBUTE, key=key, value=written.value)
    number = number_of(written.text)
    if number is None:
        reading.wrong(
            f"{written.text!r} is no number, and an attribute is compared with one",
            f"expected one such as {written.name}:>10",
        )
    return Term(field=ATTRIBUTE, key=key, compared=written.compared, value=number)


def number_of(text: str) -> float | None:
    """Read a number as JSON writes it; `None` when it is none."""
    return float(text) if _NUMBER.match(text) else None


def _only_equal(reading: _Reading) -> None:
    if reading.written.compared != "=":
        name = reading.written.name
        reading.wrong_name(
            f"{name!r} is not compared with {reading.written.compared}",
            f"write {name}:value; of durations, times, counts and attributes there is more or less",
        )


def _comparison(reading: _Reading, example: str) -> Compared:
    if reading.written.compared not in _COMPARISONS:
        reading.wrong(f"{reading.written.name!r} is compared with > or <", f"write {example}")
    return reading.written.compared


_NUMBER = re.compile(r"-?\d{1,300}(\.\d{1,300})?([eE][+-]?\d{1,2})?\Z", re.ASCII)

FIELDS: dict[str, Field] = {
    "status": Field(
        about="how it ended: ok, error, unfinished (no ending was seen) or running",
        example="status:error",
        read=_status,
    ),
    "name": Field(about="its name, in either case", example='name:"llm*"', read=_pattern),
    "duration": Field(
        about="how long it took, from its first to its last event",
        example="duration:>2s",
        read=_duration,
    ),
    "started": Field(
        about="when it began: a day, a time, or how long ago",
        example="started:>2026-11-20",
        read=_started,
    ),
    "since": Field(about="began at this time or later", example="since:1h", read=_since),
    "until": Field(about="began before this time", example="until:2026-11-21T10:00", read=_until),
    "session": Field(about="the session it belongs to", example="session:till", read=_pattern),
    "run": Field(about="the id of its run", example="run:0190b6a2*", read=_pattern),
    "command": Field(
        about="a part of the command that started it", example="command:pytest", read=_pattern
    ),
    "errors": Field(about="how many errors it holds", example="errors:>0", read=_count),
    "error": Field(
        about="the type of an error in it, or a part of its message",
        example="error:KeyError",
        read=_pattern,
    ),
    "fingerprint": Field(
        about="the group of an error in it, as `backtrail errors --json` writes it",
        example="fingerprint:KeyError*",
        read=_pattern,
    ),
    "events": Field(about="how many events it has", example="events:>1000", read=_count),
    "spans": Field(about="how many spans it has", example="spans:>20", read=_count),
    "span": Field(about="the name of a span in it", example='span:"llm*"', read=_pattern),
    "span.duration": Field(
        about="how long a span in it took", example="span.duration:>2s", read=_duration
    ),
    "model": Field(about="a model that was asked in it", example="model:gpt-4o*", read=_pattern),
    "text": Field(about="a text in any of its events", example='text:"timed out"', read=_text),
}
"""Every field but attributes, by name, in the order in which they are offered."""
