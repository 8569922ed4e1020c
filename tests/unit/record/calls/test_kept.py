from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits import BODY_TAIL_BYTES_MAX
from backtrail.record.calls.kept import Kept


@given(st.lists(st.binary(max_size=50)), st.integers(1, 200))
def test_the_beginning_is_kept_and_everything_counted(pieces: list[bytes], limit: int) -> None:
    kept = Kept(limit)
    for time_ns, piece in enumerate(pieces):
        kept.add(piece, time_ns)
    whole = b"".join(pieces)
    assert bytes(kept.head) == whole[:limit]
    assert bytes(kept.tail) == whole[limit:]
    assert (kept.size, kept.cut) == (len(whole), 0)
    assert kept.is_whole is (len(whole) <= limit)


def test_of_a_long_body_the_end_is_kept_too() -> None:
    kept = Kept(10)
    for number in range(20_000):
        kept.add(b"%010d" % number, 0)
    assert bytes(kept.head) == b"0000000000"
    assert kept.tail.endswith(b"0000019998" + b"0000019999")
    assert BODY_TAIL_BYTES_MAX <= len(kept.tail) <= 2 * BODY_TAIL_BYTES_MAX + 10
    assert kept.cut == 200_000 - 10 - len(kept.tail)


def test_it_is_known_when_a_byte_came() -> None:
    kept = Kept(100)
    for time_ns, piece in ((5, b"one"), (9, b"two"), (12, b"three")):
        kept.add(piece, time_ns)
    assert [kept.arrived_ns(offset) for offset in (0, 2, 3, 6, 10, 11)] == [5, 5, 9, 12, 12, None]
