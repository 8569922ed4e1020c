"""Which pieces of a text are indexed, and which of them a text that is searched for must meet.

A piece is a run of letters and digits of ASCII, in lower case, that has a letter beyond f: ids and
times, of which each event has others, are not indexed. Whoever searches for a text that has such a
letter finds it in a piece, whole or in part; any other text is looked for in the events.
"""

from __future__ import annotations

import re

import msgspec

from backtrail.store.query.patterns import Pattern

PIECE_CHARS_MAX = 32
"""A longer run is cut into pieces of so many characters that overlap by half."""
RUN_CHARS_MAX = PIECE_CHARS_MAX // 2
"""Of a longer run that is searched for its beginning counts: it stands in one piece."""
RUN_CHARS_MIN = 3
"""A shorter run is in too many pieces."""
_HEXADECIMAL = b"0123456789abcdef"
_RUNS = re.compile(rb"[a-z0-9]+").findall


def pieces_of(text: bytes) -> set[bytes]:
    """Return the pieces of event lines, each once."""
    found = {run for run in set(_RUNS(text.lower())) if run.strip(_HEXADECIMAL)}
    for run in [run for run in found if len(run) > PIECE_CHARS_MAX]:
        found.discard(run)
        starts = range(0, len(run) - RUN_CHARS_MAX, RUN_CHARS_MAX)
        found.update(run[at : at + PIECE_CHARS_MAX] for at in starts)
    return found


def runs_of(pattern: Pattern) -> list[str]:
    """Return runs each of which is in a piece of a text that a pattern fits; the longest first.

    None where that cannot be told.
    """
    runs: set[bytes] = set()
    for piece in pattern.pieces:
        written = msgspec.json.encode(piece)[1:-1]
        if piece.isascii() and written == piece.encode():
            runs.update(run[:RUN_CHARS_MAX] for run in _RUNS(written.lower()))
    usable = [run for run in runs if len(run) >= RUN_CHARS_MIN and run.strip(_HEXADECIMAL)]
    return [run.decode() for run in sorted(usable, key=lambda run: (-len(run), run))]
