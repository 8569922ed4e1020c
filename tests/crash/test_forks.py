"""However a second process is made, both write, both are killed, and nothing of either is lost."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from dying import Start, ask, check_nothing_is_lost, end, read_back, returned

EVENTS = 3_000


@pytest.mark.parametrize(
    ("way", "processes"),
    [
        ("os.fork", 2),
        ("fork of a fork", 3),
        ("fork in a thread", 2),
        ("fork in a span", 2),
        ("multiprocessing fork", 2),
        ("multiprocessing spawn", 2),
        ("multiprocessing forkserver", 2),
    ],
)
def test_both_sides_of_a_fork_are_read_back(
    home: Path, counts: Path, start: Start, way: str, processes: int
) -> None:
    assert end(start("forking", home, counts, EVENTS, way, PYTHONWARNINGS="ignore")) == (
        -signal.SIGKILL,
        "",
    )
    assert min(returned(counts)[:2]) >= EVENTS
    left = read_back(home)
    check_nothing_is_lost(left, counts)
    assert left.counters == {}
    assert len(left.of_kind("process.started")) == processes
    steps = left.debugs("step_done")
    assert len({event.process for event in steps}) == 2
    # The second process goes on in the trace, and in the span, of the first.
    [trace_id] = {event.trace_id for event in steps}
    parents = {row["name"]: row["parent"] for row in ask(home, "show", trace_id)["outline"]}
    spans = {row["span_id"]: row["name"] for row in ask(home, "show", trace_id)["outline"]}
    shares = [event.body.get("parent") for event in left.of_kind("span.started")]
    assert parents["share_work"] is None
    assert all(parent is None or parent in spans for parent in shares)
    open_names = [row["name"] for row in ask(home, "show", trace_id)["outline"]]
    assert open_names.count("do_share") == 2
