from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backtrail.store.query.lines import pattern_matcher
from backtrail.store.query.patterns import Pattern, pattern_of
from backtrail.store.text.pieces import PIECE_CHARS_MAX, pieces_of, runs_of

WORDS = st.text(alphabet='abgXYZ019 .-_"\\\nüßK\N{KELVIN SIGN}', max_size=60)
LONG = st.text(alphabet="gz0", min_size=20, max_size=200)


def may_hold(pattern: Pattern, lines: bytes) -> bool:
    """Tell what the index would: each run is in a piece."""
    pieces = pieces_of(lines)
    return all(any(run.encode() in piece for piece in pieces) for run in runs_of(pattern))


@given(texts=st.lists(WORDS | LONG, max_size=3), needle=WORDS | LONG, at=st.integers(0, 199))
@example(texts=["the house"], needle="HOUS", at=0)
def test_a_text_that_is_there_is_never_ruled_out(texts: list[str], needle: str, at: int) -> None:
    lines = b"\n".join(msgspec.json.encode({"t": 17, "message": text}) for text in texts)
    inside = "".join(texts)[at : at + 20]
    for wanted in (needle, inside, f"{needle}*{inside}"):
        pattern = pattern_of(wanted.replace("\\", "\\\\"))
        if any(pattern.pieces) and pattern_matcher(pattern)(lines):
            assert may_hold(pattern, lines)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("timeout", ["timeout"]),
        ("Timed out 12", ["timed", "out"]),
        ("a*timeout*booking", ["booking", "timeout"]),
        ("deadbeef", []),
        ("12345", []),
        ("of", []),
        ("order 48213", ["order"]),
        ("größe", []),
        ("größe*house", ["house"]),
        ('say "hello"', []),
        ("x" * 40, ["x" * 16]),
    ],
)
def test_runs_are_taken_where_they_tell(text: str, runs: list[str]) -> None:
    assert runs_of(pattern_of(text)) == runs


def test_ids_and_times_are_no_pieces() -> None:
    line = b'{"t":1760000004019284329,"trace":"98ed18400e3ee791","kind":"span.ended","x":"Gamma9"}'
    assert pieces_of(line) == {b"t", b"trace", b"kind", b"span", b"ended", b"x", b"gamma9"}


def test_a_long_run_is_cut_into_pieces_that_overlap() -> None:
    run = b"".join(b"g%03d" % n for n in range(100))
    pieces = pieces_of(run)
    assert max(map(len, pieces)) == PIECE_CHARS_MAX
    assert all(any(run[at : at + 16] in piece for piece in pieces) for at in range(len(run) - 15))
