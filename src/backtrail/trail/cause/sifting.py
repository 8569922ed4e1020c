"""Which events of a long trace are read at all while a cause is looked for.

Most of a million events say nothing of one error. Each line is asked, before it is read as JSON,
whether its kind bears on causes, and if that is a common one, whether it holds a suspect value or
went wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from backtrail.trail.cause.forms import Sought
from backtrail.trail.cause.suspects import Suspects

KIND = b'"kind":"'
NEVER = frozenset({b"span", b"process.ended", b"clock.anchored", b"lock.used", b"operation"})
"""Kinds, or beginnings of kinds, that are never a cause."""
COMMON = frozenset({b"debug", b"log", b"http", b"llm", b"sql", b"lock", b"file"})
"""Beginnings of kinds of which there may be very many."""
WENT_WRONG = re.compile(
    rb'"status":[45]\d\d|"error":"|"is_timeout":true|"is_complete":false|"is_missing":true'
    rb'|"holder":|"attempt":|finish_reasons":\["(?:length|max)|"level":"(?:WARN|ERROR|CRIT)'
)
SUSPECTS_MAX = 12
"""Values by which common events are sifted, the most suspect ones."""
NEEDLE_BYTES_MIN = 3
"""A shorter piece of a value stands in almost every line."""


def sieve(suspects: Suspects) -> Callable[[bytes], bool]:
    """Return a test of event lines: whether one may bear on a cause."""
    needles = _needles(suspects)
    went_wrong, start, size = WENT_WRONG.search, KIND, len(KIND)

    def is_telling(line: bytes) -> bool:
        at = line.find(start) + size
        kind = line[at : line.find(b'"', at)]
        family = kind.partition(b".")[0]
        if family not in COMMON:
            return family not in NEVER and kind not in NEVER
        folded = line.lower()
        for needle in needles:
            if needle in folded:
                return True
        return went_wrong(line) is not None

    return is_telling


def _needles(suspects: Suspects) -> list[bytes]:
    """Return the most telling piece of each value that is distinct enough to be looked for."""
    found: dict[bytes, None] = {}
    for suspect in suspects.values[:SUSPECTS_MAX]:
        # A number tells more than a word of its length.
        needle = max(Sought(suspect.value).needles, key=lambda piece: (len(piece), piece.isdigit()))
        if needle.isascii() and len(needle) >= NEEDLE_BYTES_MIN:
            found[needle.encode()] = None
    return list(found)
