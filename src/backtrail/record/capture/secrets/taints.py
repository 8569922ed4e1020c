"""Values seen under a secret name, and their removal wherever else they stand in a record.

A program copies a secret: `connect(pw=settings.password)` has it under a harmless name, an
exception's message may quote it. So each value that is hidden for its name is remembered while
one record is made, and what is encoded at last is searched for all of them.

Decided here: a value of fewer than six characters is not searched for, nor are common words, nor
what stands in the vocabulary of the format itself: `admin`, `True` or `1` would eat the record.
They stay hidden under their own names. A text with a secret that was cut leaves no beginning of
it behind either.
"""

from __future__ import annotations

import importlib
import re
from binascii import b2a_base64
from collections.abc import Collection, Iterable

import msgspec
from msgspec import Struct

from backtrail.model.limits import TAINTS_MAX
from backtrail.record.capture.secrets.expressions import byte_expression, expression

MARKER = "[redacted]"
"""Stands where a secret stood; it is the same for all of them."""

TAINT_CHARS_MIN = 6
TAINT_CHARS_MAX = 256
"""Of a longer value the beginning is searched for; the rest, up to a quote, goes with it."""
_TAIL_CHARS_MIN = 4
"""Shorter beginnings of a secret at the end of a cut text reveal nothing."""
_CUT = "…[+".encode()

_COMMON = frozenset(
    str.split(
        """
        password passwort passwd secret secrets admin administrator default example changeme
        unknown disabled enabled required optional anonymous public private string object
        localhost postgres postgresql username undefined nothing missing invalid expired
        development production staging testing session header headers request response bearer
        digest negotiate hidden redacted [redacted] placeholder dummy sample nonetype 127.0.0.1
        0.0.0.0 database connection credentials authorization
        """
    )
)
_WORDS = (
    "MainThread <module> trace span thread task kind $type $cut $depth $cycle message items",
    "uncaught unraisable decorator context_manager manual unfinished cancelled redacted chars",
)
"""Words of the format that are no member of a body."""
_format: str | None = None
_NUMBER = expression(r"[-+0-9.eE]+\Z")
_encode = msgspec.json.Encoder().encode


def worth(value: str) -> bool:
    """Tell whether a value can be searched for without harm to the rest of a record."""
    return (
        len(value) >= TAINT_CHARS_MIN
        and value.lower() not in _COMMON
        and value not in _format_words()
        and not value.isspace()
    )


def _format_words() -> str:
    """Return what no taint may be a part of, or removing it would break the format."""
    global _format  # noqa: PLW0603 - put together once
    if _format is None:
        # Loaded only here: most programs never meet a value that could be a taint.
        vocabulary = importlib.import_module("backtrail.model.vocabulary")
        shapes: tuple[type[Struct], ...] = vocabulary.SHAPES
        members = (name for shape in shapes for name in shape.__struct_fields__)
        _format = " ".join([*vocabulary.KINDS, *members, *_WORDS])
    return _format


def forms(value: str) -> Iterable[str]:
    """Yield the forms in which a value may stand: itself, its lines, and as programs write it.

    Those are the ones of Python, of JSON without further letters, of URLs and of base64.
    """
    value = value.strip()
    head = value[:TAINT_CHARS_MAX]
    yield head
    raw = head.encode("utf-8", "replace")
    if len(head) >= TAINT_CHARS_MIN:
        # What follows it cannot change these characters.
        yield b2a_base64(raw, newline=False)[: len(raw) // 3 * 4].decode()
    if not (head.isalnum() and head.isascii()):
        yield repr(head)[1:-1]
        quoted = "".join(map(_percent, head))
        yield quoted
        yield quoted.replace("%2F", "/")
        yield quoted.replace("%20", "+")
    if not head.isascii():
        yield head.encode("ascii", "backslashreplace").decode()
        yield _escaped(head)
        yield repr(raw)[2:-1]
    if "\n" in head:
        yield from head.split("\n")


def _percent(character: str) -> str:
    if (character.isascii() and character.isalnum()) or character in "_.-~":
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))


def _escaped(text: str) -> str:
    """Return a text as JSON has it that is all ASCII."""
    units = text.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(code) if code < _ASCII_END else f"\\u{code:04x}" for code in codes)


def scrub(encoded: bytes, taints: Collection[str]) -> bytes:
    """Return encoded JSON without any of the tainted values.

    A value is looked for as it stands in JSON, and in JSON inside of its strings, and inside of
    theirs. Structure is never touched: numbers and the names of the format stay.
    """
    if not taints:
        return encoded
    marker = MARKER.encode()
    for taint in sorted(taints, key=len, reverse=True)[:TAINTS_MAX]:
        once = _inside(taint)
        twice = _inside(once.decode())
        for form in {once, twice, _inside(twice.decode())}:
            if form in encoded:
                encoded = _without(encoded, form, marker)
    if _CUT in encoded:
        encoded = _without_beginnings(encoded, taints, marker)
    return encoded


def _inside(text: str) -> bytes:
    """Return a text as it stands between the quotes of a JSON string."""
    try:
        return _encode(text)[1:-1]
    except UnicodeEncodeError:
        # A lone surrogate, which is no text: it is written as snapshots write it.
        return _encode(text.encode("utf-8", "backslashreplace").decode())[1:-1]


def _without(encoded: bytes, form: bytes, marker: bytes) -> bytes:
    if _NUMBER.match(form.decode()):
        # A number may also be a JSON number, or a part of a longer one or of an id: only inside
        # a string, and only as a whole, it is the secret.
        pattern = re.compile(rb"(?<![0-9A-Fa-f.])" + re.escape(form) + rb"(?![0-9A-Fa-f]|\.\d)")
        return _STRING.sub(lambda string: pattern.sub(marker, string[0]), encoded)
    pieces: list[bytes] = []
    kept, place = 0, encoded.find(form)
    while place >= 0:
        end = place + len(form)
        if _is_escaped(encoded, place):
            place = encoded.find(form, place + 1)
            continue
        if len(form) >= TAINT_CHARS_MAX:
            rest = _REST.match(encoded, end)
            end = rest.end() if rest else end
        pieces += (encoded[kept:place], marker)
        kept, place = end, encoded.find(form, end)
    return b"".join(pieces) + encoded[kept:]


def _is_escaped(encoded: bytes, place: int) -> bool:
    """Tell whether the byte at a place is the second half of an escape sequence."""
    before = place
    while before and encoded[before - 1] == _BACKSLASH:
        before -= 1
    return (place - before) % 2 == 1


_ASCII_END = 128
_BACKSLASH = ord("\\")
_REST = byte_expression(rb'(?:[^"\\]|\\.)*+')
_STRING = byte_expression(rb'"(?:[^"\\]|\\.)*+"')


def _without_beginnings(encoded: bytes, taints: Collection[str], marker: bytes) -> bytes:
    """Remove the beginning of a tainted value that stands just before the place of a cut."""
    pieces = encoded.split(_CUT)
    for index, piece in enumerate(pieces[:-1]):
        for taint in taints:
            form = _inside(taint)
            for size in range(min(len(form), len(piece)), _TAIL_CHARS_MIN - 1, -1):
                if piece.endswith(form[:size]):
                    pieces[index] = piece[:-size] + marker
                    break
    return _CUT.join(pieces)
