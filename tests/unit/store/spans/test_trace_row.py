from __future__ import annotations

from backtrail.model.limits import NAME_CHARS_MAX
from backtrail.store.spans.trace_row import (
    FROM_ACTION,
    FROM_RUN,
    FROM_SPAN,
    OPENED_BY_RUN,
    OPENED_BY_START,
    Trace,
)
from builders import process_id, trace_id


def trace() -> Trace:
    return Trace(
        trace_no=1,
        trace_id=trace_id(1),
        start_unix_ns=50,
        end_unix_ns=50,
        name="debug.recorded",
        name_ns=50,
        opener=process_id(1),
        opener_ns=50,
    )


def test_the_best_name_stays_and_among_equals_the_earliest() -> None:
    row = trace()
    for name, rank, time_ns in (
        ("act", FROM_ACTION, 60),
        ("late", FROM_SPAN, 90),
        ("early", FROM_SPAN, 70),
        ("", FROM_RUN, 10),
        ("other", FROM_ACTION, 1),
    ):
        row.name_it(name, rank, time_ns)
    assert row.name == "early"
    row.name_it("x" * 999, FROM_RUN, 99)
    assert row.name == "x" * NAME_CHARS_MAX


def test_who_opened_it_is_told_by_rank_then_by_time() -> None:
    row = trace()
    row.open_it("b", OPENED_BY_START, 90)
    row.open_it("c", OPENED_BY_START, 95)
    assert row.opener == "b"
    row.open_it("d", OPENED_BY_RUN, 99)
    assert row.opener == "d"


def test_a_block_widens_its_time_and_adds_to_its_sizes() -> None:
    row = trace()
    for first, last in ((40, 45), (60, 80)):
        row.add_block(
            events=3, time_min_ns=first, time_max_ns=last, stored_bytes=10, line_bytes=100
        )
    assert (row.start_unix_ns, row.end_unix_ns) == (40, 80)
    assert (row.events, row.stored_bytes, row.line_bytes) == (6, 20, 200)
