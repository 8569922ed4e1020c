from __future__ import annotations

from backtrail.record.measures.memory import memory


def test_what_the_process_takes_is_known_and_grows_with_it() -> None:
    before = memory()
    assert before is not None
    assert 1 << 20 < before[0] <= before[1] < 1 << 40
    held = bytearray(before[1] - before[0] + (64 << 20))
    held[::4096] = b"x" * len(held[::4096])
    after = memory()
    assert after is not None
    assert after[0] > before[0] + (32 << 20)
    assert after[1] > before[1]
