from __future__ import annotations

import msgspec

from backtrail.trail.cause.answer import Why


def test_an_answer_that_names_nothing_is_an_answer() -> None:
    answer = Why(
        trace_id="t",
        error_id=None,
        error=None,
        where=None,
        suspects=[],
        candidates=[],
        note="no error",
    )
    told = msgspec.json.decode(msgspec.json.encode(answer))
    assert (told["candidates"], told["note"], told["events_read"]) == ([], "no error", 0)
