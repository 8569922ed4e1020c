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

NEVER = re.compile(rb'"kind":"(?:span\.|process\.ended|clock\.anchored|lock\.used|operation\.)')
"""Kinds that are never a cause."""
COMMON = re.compile(rb'"kind":"(?:debug\.|log\.|http\.called|llm\.called|sql\.|lock\.|file\.)')
"""Kinds of which there may be very many."""
WENT_WRONG = re.compile(
    rb'"status":[45]\d\d|"error":"|"is_timeout":true|"is_complete":false|"is_missing":true'
    rb'|"holder":|length|max_tokens|"level":"(?:WARN|ERROR|CRIT)'
)
SUSPECTS_MAX = 16
"""Values by which common events are sifted, the most suspect ones."""


def sieve(suspects: Suspects) -> Callable[[bytes], bool]:
    """Return a test of event lines: whether one may bear on a cause."""
    needles = [
        tuple(needle.encode() for needle in Sought(suspect.value).needles if needle.isascii())
        for suspect in suspects.values[:SUSPECTS_MAX]
    ]

    def is_telling(line: bytes) -> bool:
        if NEVER.search(line):
            return False
        if not COMMON.search(line) or WENT_WRONG.search(line):
            return True
        folded = line.lower()
        return any(all(needle in folded for needle in each) for each in needles)

    return is_telling
