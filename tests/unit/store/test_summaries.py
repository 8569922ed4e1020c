from __future__ import annotations

import fcntl
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from backtrail.store import reading
from backtrail.store.answers import TraceFilter, TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.rebuild import rebuild_summaries
from builders import (
    START_UNIX_NS,
    debugs,
    error_body,
    line,
    process_id,
    process_started,
    trace_id,
    write_segment,
)

PROCESS = process_id(1)
TRACE = trace_id(1)
Opener = Callable[[], AbstractContextManager[Catalog]]


def run_started(t: int, **more: Any) -> bytes:
    body = {"run_id": "r1", "command": ["python", "my app.py"], "cwd": "/app", **more}
    return line("run.started", TRACE, t=t, **body)


def run_ended(t: int, **more: Any) -> bytes:
    return line("run.ended", TRACE, t=t, run_id="r1", **more)


def error(t: int, error_id: str = "e1", **more: Any) -> bytes:
    return line("error.raised", TRACE, t=t, **error_body(error_id, **more))


def summarized(home: Path, indexed: Opener, *lines: bytes, process: str = PROCESS) -> TraceSummary:
    write_segment(home, process, list(lines))
    with indexed() as catalog:
        return reading.trace_summary(catalog, TRACE)


ENDED = line("process.ended", TRACE, t=9_000)
SPAN = line("span.started", TRACE, t=40, span="aa" * 8, name="checkout", parent=None)
INNER = line("span.started", TRACE, t=30, span="bb" * 8, name="charge card", parent="cc" * 8)
OPERATION = line("trace.started", TRACE, t=50, name="nightly import")
ACTION = debugs(TRACE, 1, t=10)[0]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ([process_started(TRACE), SPAN, OPERATION, run_started(60, name="smoke")], "smoke"),
        ([process_started(TRACE), SPAN, OPERATION, run_started(60)], "python 'my app.py'"),
        ([process_started(TRACE), ACTION, SPAN, OPERATION], "nightly import"),
        ([process_started(TRACE, argv=["app.py"]), ACTION, INNER, SPAN], "checkout"),
        ([ACTION, INNER, process_started(TRACE, argv=["app.py", "--all"])], "app.py --all"),
        ([ACTION, INNER], "charge card"),
        ([line("log.emitted", TRACE, t=5), ACTION], "charge_card"),
        ([line("log.emitted", TRACE, t=5), line("lock.acquired", TRACE, t=6)], "log.emitted"),
        ([line("span.started", TRACE, t=1, span="x", name=7)], "span.started"),
    ],
)
def test_a_trace_is_named_after_what_started_it(
    home: Path, indexed: Opener, lines: list[bytes], name: str
) -> None:
    assert summarized(home, indexed, *lines).name == name


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([process_started(TRACE), ENDED], "ok"),
        ([process_started(TRACE), ACTION], "unfinished"),
        ([OPERATION, line("trace.ended", TRACE, t=60)], "ok"),
        ([OPERATION, line("trace.ended", TRACE, t=60, status="error")], "error"),
        ([OPERATION], "unfinished"),
        ([OPERATION, ENDED], "ok"),
        ([ACTION], "unfinished"),
        ([ACTION, ENDED], "ok"),
        ([run_started(0), run_ended(9, exit_code=0)], "ok"),
        ([run_started(0), run_ended(9, exit_code=3)], "error"),
        ([run_started(0), run_ended(9, signal="SIGKILL")], "error"),
        ([run_started(0), run_ended(9, exit_code=0, is_timed_out=True)], "error"),
        ([run_started(0)], "unfinished"),
        ([process_started(TRACE), error(5), ENDED], "error"),
        ([process_started(TRACE), error(5)], "error"),
        ([process_started(TRACE), error(5, is_handled=True), ENDED], "ok"),
        ([process_started(TRACE), error(5, is_handled=True)], "unfinished"),
        ([process_started(TRACE), line("error.raised", TRACE, t=5, error_id=[]), ENDED], "error"),
    ],
)
def test_how_a_trace_ended_is_told_by_its_events(
    home: Path, indexed: Opener, lines: list[bytes], status: str
) -> None:
    assert summarized(home, indexed, *lines).status == status


def test_a_handled_error_is_found_among_traces_with_errors(home: Path, indexed: Opener) -> None:
    lines = [process_started(TRACE), error(5, is_handled=True), ENDED]
    write_segment(home, PROCESS, lines)
    write_segment(home, process_id(2), debugs(trace_id(2), 3))
    with indexed() as catalog:
        found = reading.traces(catalog, TraceFilter(errors_only=True))
    assert [(trace.trace_id, trace.status, trace.errors) for trace in found] == [(TRACE, "ok", 1)]


def test_a_run_that_failed_is_found_among_traces_with_errors(home: Path, indexed: Opener) -> None:
    write_segment(home, PROCESS, [run_started(0), run_ended(9, exit_code=1)])
    with indexed() as catalog:
        found = reading.traces(catalog, TraceFilter(errors_only=True))
    assert [(trace.status, trace.errors, trace.exit_code) for trace in found] == [("error", 0, 1)]


def test_a_trace_with_a_repeat_alone_is_found_among_traces_with_errors(
    home: Path, indexed: Opener
) -> None:
    repeat = line(
        "error.repeated", TRACE, t=5, fingerprint="f", type="KeyError", message="m", count=9
    )
    write_segment(home, PROCESS, [process_started(TRACE), repeat, ENDED])
    with indexed() as catalog:
        assert len(reading.traces(catalog, TraceFilter(errors_only=True))) == 1


def test_a_killed_child_does_not_make_a_finished_run_unfinished(
    home: Path, indexed: Opener
) -> None:
    write_segment(home, process_id(3), [process_started(TRACE, t=500)])
    write_segment(home, process_id(2), [process_started(TRACE, t=400), ENDED])
    summary = summarized(home, indexed, run_started(0), run_ended(9_999, exit_code=0))
    assert (summary.status, summary.processes) == ("ok", 3)


def test_a_program_ends_with_its_first_process_not_with_a_child(
    home: Path, indexed: Opener
) -> None:
    write_segment(home, process_id(2), [process_started(TRACE, t=0, argv=["main.py"])])
    summary = summarized(home, indexed, process_started(TRACE, t=700, argv=["child.py"]), ENDED)
    assert (summary.status, summary.name, summary.command) == ("unfinished", "main.py", ["main.py"])


def test_a_span_gives_the_session_that_its_attributes_name(home: Path, indexed: Opener) -> None:
    lines = [
        line("span.started", TRACE, t=1, span="a" * 16, name="odd", attributes={"session.id": 7}),
        line("span.started", TRACE, t=2, span="b" * 16, name="x", attributes={"session.id": "s1"}),
        line("span.started", TRACE, t=3, span="c" * 16, name="y", attributes={"session.id": "s2"}),
    ]
    assert summarized(home, indexed, *lines).session == "s1"


def test_a_run_gives_its_command_exit_code_and_session(home: Path, indexed: Opener) -> None:
    child = [process_started(TRACE, t=5, argv=["my app.py"], session="other"), *debugs(TRACE, 2)]
    write_segment(home, process_id(2), child)
    summary = summarized(
        home, indexed, run_started(0, session="s"), run_ended(2_000_000, signal="SIGTERM")
    )
    assert summary.command == ["python", "my app.py"]
    assert (summary.run_id, summary.session) == ("r1", "s")
    assert (summary.exit_code, summary.signal) == (None, "SIGTERM")
    assert (summary.start_unix_ns, summary.took_ms) == (START_UNIX_NS, 2.0)
    assert (summary.events, summary.processes) == (5, 2)


def test_spans_and_losses_are_counted(home: Path, indexed: Opener) -> None:
    lost = line("journal.dropped", TRACE, t=60, reason="not writable", count=12)
    ended = line("process.ended", TRACE, t=70, counters={"not writable": 15, "cut": 2})
    write_segment(home, PROCESS, [process_started(TRACE), SPAN, INNER, lost, ended])
    with indexed() as catalog:
        summary = reading.trace_summary(catalog, TRACE)
        assert (summary.spans, summary.dropped) == (2, 12)
        assert reading.counters(catalog) == {"not writable": 15, "cut": 2}


@pytest.mark.parametrize(
    "kind",
    [
        "error.raised",
        "error.repeated",
        "run.started",
        "run.ended",
        "trace.started",
        "trace.ended",
        "process.started",
        "process.ended",
        "span.started",
        "debug.recorded",
        "journal.dropped",
        "nobody.knows",
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": None, "run_id": 3, "count": "x", "command": "no list", "argv": [1], "counters": 5},
        {"error_id": "e", "frames": [{"file": 1}], "reason": "r", "count": 1 << 80, "status": 0},
    ],
)
def test_a_body_of_another_shape_is_kept_and_breaks_nothing(
    home: Path, indexed: Opener, kind: str, body: dict[str, Any]
) -> None:
    summary = summarized(home, indexed, line(kind, TRACE, t=5, **body), ACTION)
    assert summary.events == 2


def test_the_place_of_an_error_is_the_innermost_frame_of_the_users_code(
    home: Path, indexed: Opener
) -> None:
    library = [{"file": "/lib/a.py", "line": 7, "function": "a", "qualified": "a"}]
    write_segment(
        home, PROCESS, [error(5), error(6, "e2", frames=library), error(7, "e3", frames=[])]
    )
    with indexed() as catalog:
        places = [(e.file, e.line, e.function) for e in reading.errors(catalog)]
    assert places == [(None, None, None), ("/lib/a.py", 7, "a"), ("/app/shop.py", 42, "charge")]


def test_repeats_are_counted_on_the_last_error_in_full_before_them(
    home: Path, indexed: Opener
) -> None:
    def repeat(t: int, count: int, trace: str = TRACE) -> bytes:
        body = {"fingerprint": "f", "type": "KeyError", "message": "m", "count": count}
        return line("error.repeated", trace, t=t, **body)

    write_segment(
        home,
        PROCESS,
        [
            error(1, "e1", fingerprint="f"),
            error(2, "e2", fingerprint="f"),
            repeat(3, 1),
            repeat(4, 2, trace_id(2)),
            error(5, "other", fingerprint="g"),
            error(6, "e3", fingerprint="f"),
            repeat(7, 1),
        ],
    )
    write_segment(home, process_id(2), [repeat(9, 50)])
    with indexed() as catalog:
        found = {e.error_id: e.repeats for e in reading.errors(catalog)}
    assert found == {"e1": 0, "e2": 2, "other": 0, "e3": 1}


OWN = trace_id(9)
"""The trace of the process itself."""
ROOT = line("span.started", TRACE, t=20, span="aa" * 8, name="GET /")
PART = line("span.started", TRACE, t=30, span="bb" * 8, name="load", parent="aa" * 8)
PART_ENDED = line("span.ended", TRACE, t=40, span="bb" * 8, status="error", error="KeyError")
ROOT_ENDED = line("span.ended", TRACE, t=50, span="aa" * 8)
ROOT_FAILED = line("span.ended", TRACE, t=50, span="aa" * 8, status="error", error="KeyError")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([ROOT, PART, PART_ENDED, ROOT_ENDED], "ok"),
        ([ROOT, PART, PART_ENDED, ROOT_FAILED], "error"),
        ([ROOT, PART, PART_ENDED], "unfinished"),
        ([ROOT, SPAN, ROOT_ENDED], "ok"),
        ([OPERATION, ROOT, ROOT_FAILED], "unfinished"),
    ],
)
def test_a_trace_that_is_one_span_ends_as_that_does(
    home: Path, indexed: Opener, lines: list[bytes], status: str
) -> None:
    found = summarized(home, indexed, process_started(OWN), *lines)
    assert found.status == status


def test_a_span_does_not_end_the_trace_of_its_process(home: Path, indexed: Opener) -> None:
    found = summarized(home, indexed, process_started(TRACE), ROOT, ROOT_FAILED)
    assert found.status == "unfinished"


def test_a_span_that_ends_long_after_it_began_ends_its_trace(home: Path, indexed: Opener) -> None:
    path = write_segment(home, PROCESS, [process_started(OWN), ROOT, PART])
    with path.open("ab") as segment:
        fcntl.flock(segment, fcntl.LOCK_EX)
        with indexed() as catalog:
            for more in (PART_ENDED + SPAN, ROOT_FAILED):
                assert reading.trace_summary(catalog, TRACE).status == "unfinished"
                segment.write(more)
                segment.flush()
                refresh(catalog)
            assert reading.trace_summary(catalog, TRACE).status == "error"
            rebuild_summaries(catalog)
            assert reading.trace_summary(catalog, TRACE).status == "error"
