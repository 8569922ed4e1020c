"""Secrets never reach the disk: what is secret in a text gives way to a marker.

Three nets, each for what the others miss: names (`secrets.names`: the value under a secret name
goes, here also inside texts: `password=…`, `"token": "…"`, `--api-key …`, header lines), looks
(`secrets.patterns`: vendor keys, URL credentials, JWT, key blocks, and random strings beside a
secret word), and taints (`secrets.taints`: a value seen under a secret name goes wherever else it
stands in the same record).

UUIDs, hashes, paths and dates stay readable unless a secret word stands before them. The marker
says nothing of what it replaces, not even its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from backtrail.model.limits import CLEAN_STRINGS_MAX, SCAN_CHARS_MAX
from backtrail.record.capture.secrets.assignments import blank_assigned, blank_compared
from backtrail.record.capture.secrets.expressions import expression
from backtrail.record.capture.secrets.markup import blank_fields
from backtrail.record.capture.secrets.names import is_secret_name, own_names, use_names
from backtrail.record.capture.secrets.patterns import PATTERNS, Pattern
from backtrail.record.capture.secrets.taints import MARKER, scrub

__all__ = [
    "MARKER",
    "clean_source",
    "clean_text",
    "has_no_secret",
    "has_secret_word",
    "is_clean",
    "is_secret_name",
    "scrub",
    "use_secret_names",
]

_KNOWN_CHARS_MAX = 128
"""Longer texts are not remembered."""

_IN_WORDS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
_BETWEEN = b":=<\"'%"
_SHAPE = bytes(
    ord("x" if code in _IN_WORDS else "+" if code in _BETWEEN else " ") for code in range(256)
)
"""What a byte is to the fast check: of a word (x), between a name and its value (+), other."""
_LONG_WORD = "x" * 16
"""No vendor's key is a shorter word."""
_HEX = expression(r"(?<![\w-])[0-9a-f][0-9a-f-]{14,}+(?![\w-])")
_RANDOM = expression(
    r"(?i)(?<![a-z])(?:password|passwd|pwd|secret|token|api[ _\-]?key|access[ _\-]?key|"
    r"private[ _\-]?key|credentials?|auth|bearer|jwt|signature|passphrase|cookie|session[ _]?id|"
    r"key)(?![a-z])[^\n]{0,40}?(?<![\w+/=.\-])(?P<random>[\w+/=\-]{16,256})(?![\w+/=])"
)
_DIGITS_MIN = 3

plain_names: set[str] = set()
"""Names of fields that are neither secret nor hold a secret."""
known_clean: set[str] = set()
"""Short texts that were found clean; none of them may be an option that announces a secret."""
known_clean_long: set[str] = set()
"""Longer texts, and the beginnings of long ones, that were found clean."""


when_names_change: list[Callable[[], object]] = [
    known_clean.clear,
    known_clean_long.clear,
    plain_names.clear,
]
"""Empties each cache that holds what was found clean."""


def use_secret_names(names: Iterable[str]) -> None:
    """Take these names for secret ones too, from here on."""
    use_names(names)
    for forget in when_names_change:
        forget()


def is_clean(text: str) -> bool:
    """Tell whether a text can be written as it is: no secret in it, and valid Unicode."""
    is_short = len(text) <= _KNOWN_CHARS_MAX
    if is_short and text in known_clean:
        return True
    try:
        shape = text.encode().translate(_SHAPE).decode()
    except UnicodeEncodeError:
        return False
    # Looking for a text in a text is ten times as fast as for bytes in bytes.
    if (
        "+" in shape
        or _LONG_WORD in shape
        or ("-" in text and (" -" in text or "--" in text or text[:1] == "-"))
        or "earer" in text
        or "assw" in text
    ) and not _is_clean_at_second_look(text, shape):
        return False
    if is_short and text[:1] != "-":
        if len(known_clean) >= CLEAN_STRINGS_MAX:
            known_clean.clear()
        known_clean.add(text)
    return True


def _is_clean_at_second_look(text: str, shape: str) -> bool:
    """Tell whether a text with a separator or a long word is clean, by what a secret would need."""
    lowered = text.lower()
    if not has_secret_word(lowered) and not _may_hold_key(text, lowered, shape):
        return True
    return clean_text(text) == text


def has_no_secret(text: str) -> bool:
    """Tell whether a text is clean, and has no piece of any secret name either."""
    lowered = text.lower()
    if has_secret_word(lowered):
        return False
    try:
        shape = text.encode().translate(_SHAPE).decode()
    except UnicodeEncodeError:
        return False
    if _LONG_WORD not in shape and "@" not in text:
        return True
    return not _may_hold_key(text, lowered, shape) or clean_text(text) == text


def _may_hold_key(text: str, lowered: str, shape: str) -> bool:
    """Tell whether a text without secret words may hold a key, or a URL with credentials."""
    may_be_key = _LONG_WORD in shape and (
        _LONG_WORD in _HEX.sub(" ", text).encode().translate(_SHAPE).decode()
    )
    if not may_be_key and ("@" not in text or "://" not in text):
        return False
    return any(hint in lowered for hint in _HINTS)


def has_secret_word(lowered: str) -> bool:
    """Tell whether a text has a piece of any secret name: one long expression is fastest."""
    return (  # each name that `secrets.names` knows has one of these
        "pass" in lowered
        or "key" in lowered
        or "token" in lowered
        or "secret" in lowered
        or "auth" in lowered
        or "pw" in lowered
        or "cred" in lowered
        or "cooki" in lowered
        or "sess" in lowered
        or "sid" in lowered
        or "otp" in lowered
        or "pin" in lowered
        or "jwt" in lowered
        or "bearer" in lowered
        or "sig" in lowered
        or "conn" in lowered
        or "dsn" in lowered
        or "cv" in lowered
        or "mnemonic" in lowered
        or "hmac" in lowered
        or "psw" in lowered
        or "phrase" in lowered
        or "kennwort" in lowered
        or "contrasena" in lowered
        or "passcode" in lowered
        or "netrc" in lowered
        or "mfa" in lowered
        or "card" in lowered
        or "seed" in lowered
        or "recovery" in lowered
        or (bool(own_names) and any(own.partition(" ")[0] in lowered for own in own_names))
    )


def clean_text(text: str, *, found: Callable[[str], object] | None = None) -> str:
    """Return a text without its secrets.

    Only so much is looked at, and nothing is returned that was not: a longer text ends in how
    many characters are missing. `found` is told each value that stood under a secret name.
    """
    rest = len(text) - SCAN_CHARS_MAX
    if rest > 0:
        text = text[:SCAN_CHARS_MAX]
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode()
    lowered = text.lower()
    text = _without(_MANY_WORDS, text, lowered)
    if has_secret_word(lowered):
        text = blank_fields(text, lowered, found)
        text = blank_assigned(text, found)
        text = _RANDOM.sub(_blank_random, text)
    text = _without(_ONE_WORD, text, lowered)
    return f"{text}…[+{rest} chars]" if rest > 0 else text


def clean_source(text: str, *, found: Callable[[str], object] | None = None) -> str:
    """Return Python source without its secrets: a literal under a secret name, never an expression.

    `password = "…"` loses its literal, `password = load(path)` says how it came to be and stays.
    There are as many lines afterwards as before.
    """
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode()
    lowered = text.lower()
    text = _without(_MANY_WORDS, text, lowered, _blank_lines)
    if has_secret_word(lowered):
        text = blank_assigned(blank_compared(text, found), found, is_source=True)
    return _without(_ONE_WORD, text, lowered, _blank_lines)


def _blank(match: re.Match[str]) -> str:
    return match["keep"] + MARKER


def _blank_lines(match: re.Match[str]) -> str:
    return _blank(match) + "\n" * (match[0].count("\n") - match["keep"].count("\n"))


def _without(
    patterns: tuple[Pattern, ...],
    text: str,
    lowered: str,
    blank: Callable[[re.Match[str]], str] = _blank,
) -> str:
    for pattern in patterns:
        if pattern.hint in lowered:
            text = pattern.find.sub(blank, text)
    return text


def _blank_random(match: re.Match[str]) -> str:
    word = match["random"]
    if not is_random(word):
        return match[0]
    return match[0][: match.start("random") - match.start()] + MARKER


def is_random(word: str) -> bool:
    """Tell whether a long word looks made by a machine: several digits, or letters of mixed case.

    It is only asked for words beside a secret one, so that hashes and ids elsewhere stay.
    """
    digits = sum(map(str.isdigit, word))
    letters = sum(map(str.isalpha, word))
    if digits >= _DIGITS_MIN and letters >= _DIGITS_MIN:
        return True
    turns = sum(1 for one, next_ in pairwise(word) if one.islower() and next_.isupper())
    return turns >= _DIGITS_MIN and "_" not in word


_HINTS = tuple(dict.fromkeys(pattern.hint for pattern in PATTERNS))
_MANY_WORDS = tuple(pattern for pattern in PATTERNS if pattern.hint in {"private key", "://"})
"""They come first: what is assigned to a name may be only the first word of one."""
_ONE_WORD = tuple(pattern for pattern in PATTERNS if pattern not in _MANY_WORDS)
