from __future__ import annotations

from typing import Any

from backtrail.model.event import Event
from backtrail.trail.cause.rules.calls.child_process import find
from causes import error, event, findings, frame

CHILD = "0190b6a2000070008000000000000002"
RAISED = error(
    "CalledProcessError", "Command '['python', 'stages/watermark.py', 'a.json']' returned 1",
    frame("run_stage", "done.check_returncode()", status=1),
)  # fmt: skip


def ended(at: int, script: str, code: int, pid: int = 7, **more: Any) -> Event:
    command = ["python", f"stages/{script}.py", "a.json"]
    return event("subprocess.ended", at, command=command, pid=pid, exit_code=code, **more)


STARTED = event("process.started", 1, process=CHILD, pid=7, argv=["python", "stages/watermark.py"])
FAILED = event(
    "error.raised", 2, process=CHILD, type="ZeroDivisionError", message="by zero", is_handled=False
)


def test_the_error_inside_the_child_that_the_failure_speaks_of_is_named() -> None:
    found = findings(
        find, RAISED, ended(1, "resize", 3, pid=6), STARTED, FAILED, ended(3, "watermark", 1)
    )
    assert (found[0].kind, found[0].fact.event.event_id) == ("subprocess", FAILED.event_id)
    assert found[0].score > 0.9
    assert found[1].fact.event.seq == 1
    assert found[1].against == ["the failure does not speak of it"]


def test_a_child_that_was_not_recorded_is_named_by_how_it_ended() -> None:
    found = findings(find, RAISED, ended(3, "watermark", 1, stderr="no such preset"))
    assert found[0].fact.kind == "subprocess.ended"
    assert 0.8 < found[0].score < 0.9


def test_a_child_that_ended_well_and_complained_of_it_is_found() -> None:
    raised = error("KeyError", "'viola'", frame("plan", "pages[part]", part="viola"))
    found = findings(find, raised, ended(1, "engrave", 0, stderr="viola: unknown clef"))
    assert "ended with 0, but wrote" in found[0].evidence[0]
    assert findings(find, raised, ended(1, "engrave", 0, stderr="")) == []


def test_a_child_that_ended_at_its_time_limit_is_a_timeout() -> None:
    assert findings(find, RAISED, ended(1, "watermark", -9, is_timeout=True))[0].kind == "timeout"


def test_the_error_of_a_worker_of_a_pool_is_found() -> None:
    found = findings(find, RAISED, FAILED)
    assert [each.fact.event.event_id for each in found] == [FAILED.event_id]
