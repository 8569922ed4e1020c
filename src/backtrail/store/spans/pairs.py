"""Attributes of a trace as three bytes each: whether it may have one with a value, for all traces.

The bytes are a checksum of a name and a value. They say for sure that an attribute is not there;
that it is, the events say. What cannot be told by a checksum, a long text or a value with parts, is
noted by its name alone, so that the events are asked; these names are words of the catalogue, so
that nobody looks for one that there never was.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from backtrail.model.limits.reading import PAIR_CHARS_MAX, PAIRS_MAX
from backtrail.store.catalog import Catalog
from backtrail.store.spans.words import Words

TOKEN_BYTES = 3
_PLAIN_DIGITS = 20
"""A longer number may be compared as a text."""
_BARE_END = b'"kind":"span.ended"}'
"""How a line ends that says nothing but that a span did."""
_PLAIN = 10**15
"""A smaller whole number is written in one way."""
ENVELOPE = frozenset({"t", "trace", "kind", "v"})
"""Members of an event that are no attributes of it."""
_UNINDEXED = frozenset({"span", "parent", "attributes"})
"""Members of which no checksum is kept: each span has others, or they are looked into."""
_LIKE_TRUTH = (0, 1)
"""Numbers that equal False and True: of those it is not remembered that they were seen."""
_MASK = (1 << 8 * TOKEN_BYTES) - 1
_packed = struct.Struct("<d").pack
_PASSED_OVER = ENVELOPE | _UNINDEXED
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def token_of_text(key: str, text: str) -> bytes:
    """Return the bytes of an attribute that is a text, in either case."""
    return _token(text.casefold().encode(errors="surrogatepass"), _salt(key, 0))


def token_of_number(key: str, number: float) -> bytes:
    """Return the bytes of an attribute that is a number, however it is written."""
    return _token(_packed(number + 0.0), _salt(key, 1))  # without the sign of a zero


def token_of_name(key: str) -> bytes:
    """Return the bytes of an attribute of which the events must be asked."""
    return _token(b"", _salt(key, 2))


def tokens_wanted(
    key: str, text: str, number: float | None, *, has_parts: Callable[[str], bool]
) -> list[bytes] | None:
    """Return bytes of which a trace has one, if it may have an attribute with a value.

    `None` when no bytes tell of it.

    Args:
        key: the name of the attribute.
        text: the value.
        number: what the text says, if it is a number.
        has_parts: tells whether there is an attribute of a name of which the events must be asked.
    """
    first = key.partition(".")[0]
    if first == "attributes" or key in _PASSED_OVER:
        return None
    wanted = [token_of_text(key, text)]
    if number is not None:
        wanted.append(token_of_number(key, number))
    wanted += [token_of_name(name) for name in dict.fromkeys((key, first)) if has_parts(name)]
    return wanted


class Held(Struct, gc=False):
    """What is known of one trace."""

    tokens: dict[bytes, None]
    seen: set[tuple[Any, ...]]
    is_cut: bool = False


class Pairs:
    """Adds attributes of events to those of their traces, inside one transaction."""

    def __init__(self, catalog: Catalog, words: Words) -> None:
        self._words = words
        self.held: dict[int, Held] = {}
        self._catalog = catalog

    def expect(self, trace_no: int) -> None:
        """Take a trace as one of which nothing is known yet."""
        self.held[trace_no] = Held({}, set())

    def add(self, trace_no: int, raw: bytes) -> None:
        """Take the attributes of one event line."""
        held = self.held.get(trace_no)
        if held is None:
            held = self.held[trace_no] = self._kept(trace_no)
        if held.is_cut or raw.endswith(_BARE_END):
            return
        try:
            members = _decode(raw)
        except msgspec.DecodeError:
            return
        attributes = members.get("attributes")
        for key in _PASSED_OVER:
            members.pop(key, None)
        if isinstance(attributes, dict):
            self._add(held, attributes)
        self._add(held, members)
        if len(held.tokens) > PAIRS_MAX:
            held.is_cut = True
            held.tokens = {}
            held.seen = set()

    def _add(self, held: Held, values: dict[str, Any]) -> None:
        seen, tokens = held.seen, held.tokens
        for pair in values.items():
            key, value = pair
            try:
                if pair in seen:
                    continue
            except TypeError:
                self._add_parts(held, key, value)
                continue
            if value not in _LIKE_TRUTH:
                seen.add(pair)
            if type(value) is str and len(value) > PAIR_CHARS_MAX:
                tokens[self._named(key)] = None
            else:
                tokens[_told(tokens, key, value)] = None

    def _add_parts(self, held: Held, key: str, value: Any) -> None:  # noqa: ANN401 - parts of JSON
        """Take each text and number of a list; of anything with other parts, only its name."""
        is_plain = isinstance(value, list) and len(value) <= PAIRS_MAX
        if not is_plain or any(isinstance(each, dict | list) for each in value):
            held.tokens[self._named(key)] = None
            return
        for each in value:
            self._add(held, {key: each})

    def _named(self, key: str) -> bytes:
        self._words.note("key", key)
        return token_of_name(key)

    def _kept(self, trace_no: int) -> Held:
        row = self._catalog.row("trait", trace_no=trace_no)
        if row is None:
            return Held({}, set())
        return Held(dict.fromkeys(cut(row["pairs"])), set(), is_cut=bool(row["is_cut"]))


def cut(pairs: bytes) -> list[bytes]:
    """Return each attribute's bytes out of those of a trace."""
    return [pairs[at : at + TOKEN_BYTES] for at in range(0, len(pairs), TOKEN_BYTES)]


def _told(tokens: dict[bytes, None], key: str, value: object) -> bytes:
    """Return the bytes of an attribute; further ones of it are added."""
    if isinstance(value, str):
        return token_of_text(key, value)
    if type(value) is int and -_PLAIN < value < _PLAIN:
        return token_of_number(key, value)
    return _kept_plain(tokens, key, value)


def _kept_plain(tokens: dict[bytes, None], key: str, value: object) -> bytes:
    """Take a number, a truth value or null: as JSON writes it, and as the number that it is."""
    written = _encode(value).decode()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return token_of_text(key, written)
    if "e" in written or len(written) > _PLAIN_DIGITS:
        tokens[token_of_text(key, written)] = None
    try:
        return token_of_number(key, value)
    except OverflowError:
        return token_of_text(key, written)


def _token(content: bytes, salt: int) -> bytes:
    return (zlib.crc32(content, salt) & _MASK).to_bytes(TOKEN_BYTES, "big")


@lru_cache(maxsize=10_000)
def _salt(key: str, sort: int) -> int:
    """Return the checksum of what stands before a value."""
    return zlib.crc32(f"{key}\0{sort}".encode(errors="surrogatepass"))
