"""Looks into event lines for what the catalogue's tables do not hold: texts and attributes."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from backtrail.store.query.fields import number_of
from backtrail.store.query.patterns import Pattern
from backtrail.store.query.terms import Term

Seen = Callable[[bytes], bool]
"""Tells whether the event lines of a block hold what is looked for."""
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
_ENVELOPE = frozenset({"t", "trace", "kind", "v"})
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def text_matcher(text: str) -> Seen:
    """Return a test whether event lines hold a text, in either case.

    It is looked for as it stands, so that a piece of JSON is found, and as JSON writes it, so that
    a quote or a line break in a message is found.
    """
    spellings = {text.encode(), msgspec.json.encode(text)[1:-1]}
    if text.isascii():
        lowered = [spelling.lower() for spelling in spellings]
        return lambda lines: any(needle in lines.lower() for needle in lowered)
    folded = [spelling.decode().casefold() for spelling in spellings]
    return lambda lines: any(needle in lines.decode().casefold() for needle in folded)


def pattern_matcher(pattern: Pattern) -> Seen:
    """Return a test whether one event line holds the pieces of a pattern, one behind the other."""
    pieces = [piece for piece in pattern.pieces if piece]
    if len(pieces) <= 1:
        return text_matcher("".join(pieces))
    tests = [text_matcher(piece) for piece in pieces]
    spellings = [{piece, msgspec.json.encode(piece).decode()[1:-1]} for piece in pieces]
    needles = [
        "|".join(sorted(re.escape(spelling.casefold()) for spelling in each)) for each in spellings
    ]
    in_order = re.compile("[^\n]*?".join(f"(?:{needle})" for needle in needles))
    first = re.compile(needles[0])

    def holds(lines: bytes) -> bool:
        if not all(test(lines) for test in tests):
            return False
        return any(
            (start := first.search(line)) and in_order.match(line, start.start())
            for line in lines.decode().casefold().split("\n")
        )

    return holds


def attribute_matcher(term: Term) -> Seen:
    """Return a test whether an event line has an attribute with a value that a term wants."""
    is_wanted = _value_test(term)
    must_hold = _value_needle(term)
    # The last part of a key stands in the line however deep the value is.
    needle = msgspec.json.encode(term.key.rpartition(".")[2])[1:-1]

    def may_hold(lines: bytes) -> bool:
        # Other letters than those of ASCII may become them when the case is left aside.
        return needle in lines and (must_hold in lines.lower() or not lines.isascii())

    def holds(lines: bytes) -> bool:
        if not may_hold(lines):
            return False
        return any(
            may_hold(line) and any(map(is_wanted, values_in(line, term.key)))
            for line in lines.split(b"\n")
        )

    return holds


def values_in(line: bytes, key: str) -> Iterator[Any]:
    """Yield the values that an event line has under a key.

    A key is the name of an attribute, a member of the event, or a way through nested members:
    `gen_ai.request.model`, `status`, `request_body.customer.id`.
    """
    try:
        members = _decode(line)
    except msgspec.DecodeError:
        return
    attributes = members.get("attributes")
    places = [attributes] if isinstance(attributes, dict) else []
    for place in (*places, {k: v for k, v in members.items() if k not in _ENVELOPE}):
        found = _at(place, key)
        if isinstance(found, list):
            yield from found
        elif found is not _ABSENT:
            yield found


_ABSENT = object()


def _at(place: object, key: str) -> object:
    """Return what stands under a key, or under the parts of it inside one another."""
    while isinstance(place, dict):
        if key in place:
            return place[key]
        first, dot, key = key.partition(".")
        if not dot:
            break
        place = place.get(first)
    return _ABSENT


def _value_test(term: Term) -> Callable[[object], bool]:
    if isinstance(term.value, Pattern):
        pattern = term.value
        number = None if pattern.has_wildcard else number_of(pattern.text)
        return lambda value: _is_like(value, pattern, number)
    assert isinstance(term.value, int | float)
    compare, limit = _COMPARE[term.compared], term.value
    return lambda value: _is_number(value) and compare(value, limit)  # type: ignore[arg-type]


def _value_needle(term: Term) -> bytes:
    """Return what a line must hold in lower case that has the value: a piece as JSON writes it."""
    if not isinstance(term.value, Pattern):
        return b""
    pattern = term.value
    if not pattern.has_wildcard and number_of(pattern.text) is not None:
        # Other numbers have several spellings: 0.5 and 5e-1.
        is_plain = pattern.text.isdigit() and not pattern.text.startswith("0")
        return pattern.text.encode() if is_plain else b""
    longest = max(pattern.pieces, key=len).lower()
    is_plain = longest.isascii() and longest.isprintable() and not set(longest) & set('"\\{}[]:,/')
    return longest.encode() if is_plain else b""


def _is_like(value: object, pattern: Pattern, number: float | None) -> bool:
    if number is not None and _is_number(value) and value == number:
        return True
    return pattern.fits(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
