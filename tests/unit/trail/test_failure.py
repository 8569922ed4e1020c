from __future__ import annotations

from typing import Any

from backtrail.model.event import Event
from backtrail.trail.failure import failure

MS = 1_000_000


def error(*, body: dict[str, Any] | None = None, **more: Any) -> Event:
    given = {
        "error_id": "e1",
        "type": "KeyError",
        "message": "'a'",
        "mechanism": "uncaught",
        "is_handled": False,
        "fingerprint": "f",
        **more,
    }
    return Event(
        kind="error.raised",
        trace_id="t" * 32,
        seq=4,
        time_unix_ns=10**18 + 100 * MS,
        monotonic_ns=100 * MS,
        process="p1",
        body=given if body is None else body,
    )


def frame(function: str, *, is_app: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "file": f"/app/{function}.py",
        "line": 3,
        "function": function,
        "qualified": f"Shop.{function}",
        "is_app": is_app,
        **more,
    }


def test_the_place_of_an_error_is_the_innermost_frame_of_the_users_own_code() -> None:
    frames = [frame("decode", is_app=False), frame("charge", locals={"n": 1}), frame("main")]
    shown = failure(error(frames=frames))
    assert (shown.function, shown.qualified, shown.line) == ("charge", "Shop.charge", 3)
    assert shown.locals == {"n": 1}
    assert [one.function for one in shown.frames] == ["decode", "charge", "main"]


def test_without_own_code_the_place_is_the_raising_frame() -> None:
    assert failure(error(frames=[frame("decode", is_app=False)])).function == "decode"


def test_without_frames_there_is_no_place() -> None:
    assert failure(error()).file is None


def test_the_chain_is_without_the_error_itself_and_counts_parents_anew() -> None:
    chain = [
        {
            "type": "KeyError",
            "qualified_type": "shop.KeyError",
            "message": "",
            "notes": ["n"],
            "frames_cut": 2,
        },
        {
            "type": "A",
            "qualified_type": "A",
            "message": "",
            "relation": "cause",
            "parent": 0,
            "frames": [frame("load")],
        },
        {"type": "B", "qualified_type": "B", "message": "", "relation": "context", "parent": 1},
    ]
    shown = failure(error(chain=chain))
    assert (shown.qualified_type, shown.notes, shown.frames_cut) == ("shop.KeyError", ["n"], 2)
    assert [(one.type, one.relation, one.parent) for one in shown.chain] == [
        ("A", "cause", None),
        ("B", "context", 0),
    ]
    assert shown.chain[0].function == "load"


def test_history_tells_what_happened_and_how_long_before() -> None:
    history = [
        {
            "t": 40 * MS,
            "trace": "x",
            "span": "s1",
            "thread": "job:7",
            "kind": "log.emitted",
            "level": "info",
            "logger": "shop",
            "message": "2 left",
        },
    ]
    (entry,) = failure(error(trace_history=history)).history
    assert (entry.text, entry.before_ms, entry.thread, entry.span_id) == (
        "INFO shop: 2 left",
        60.0,
        "job:7",
        "s1",
    )
    assert entry.body == {"level": "info", "logger": "shop", "message": "2 left"}


def test_history_bears_entries_of_any_form() -> None:
    (entry,) = failure(error(trace_history=[{"action": "load_user"}])).history
    assert (entry.text, entry.time, entry.before_ms) == ("load_user", None, None)


def test_open_spans_tell_how_long_they_were_open() -> None:
    spans = [{"span_id": "s1", "name": "checkout", "started_monotonic_ns": 30 * MS}]
    (span,) = failure(error(open_spans=spans)).open_spans
    assert (span.name, span.open_ms) == ("checkout", 70.0)


def test_a_hang_names_who_stood_still_in_own_code_and_leaves_idle_workers_out() -> None:
    threads = [
        {
            "name": "restock",
            "frames": [frame("acquire", is_app=False), frame("transfer")],
            "waits_for": "lock",
        },
        {"name": "worker", "frames": [frame("wait", is_app=False)]},
    ]
    tasks = [{"name": "Task-2", "frames": [frame("poll")]}]
    shown = failure(error(mechanism="hang", type="hang", threads=threads, tasks=tasks))
    assert [(b.thread, b.task, b.function, b.waits_for) for b in shown.blocked] == [
        ("restock", None, "transfer", "lock"),
        (None, "Task-2", "poll", None),
    ]
    assert failure(error(threads=threads)).blocked == []


def test_what_does_not_fit_its_shape_is_left_out_and_the_rest_is_told() -> None:
    body = {"error_id": "e9", "type": "KeyError", "message": 5, "frames": "cut", "state": {"a": 1}}
    shown = failure(error(body=body))
    assert (shown.error_id, shown.type, shown.message, shown.frames) == ("e9", "KeyError", "", [])
    assert shown.state == {"a": 1}
    assert failure(error(body={})).error_id == "p1:4"
