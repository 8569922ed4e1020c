from __future__ import annotations

from typing import Any

import pytest

from backtrail.trail.comparison import steps as module
from backtrail.trail.comparison.steps import STEP_KINDS, Step, steps
from built_events import MS, Recorded

PLACE = {"file": "/app/shop.py", "line": 7, "function": "price_of"}


def step(kind: str, **body: Any) -> Step:
    (found,) = steps([Recorded().event(kind, 5, **body)]).steps
    return found


def test_a_step_is_known_by_kind_place_and_name() -> None:
    asked = step(
        "http.called", method="GET", url="http://127.0.0.1:4000/price?sku=pan", status=200,
        response_body={"price": 30}, took_ms=4.0, caller=PLACE,
    )  # fmt: skip
    assert asked.key == ("http.called", "shop.py:price_of", "GET http://127.0.0.1/price")
    assert asked.values == {"query": "sku=pan", "status": 200, "response_body": {"price": 30}}
    assert asked.where == "shop.py:price_of"


def test_an_edit_that_moves_lines_changes_no_step() -> None:
    assert step("sql.executed", statement="SELECT 1", caller=PLACE).key == (
        step("sql.executed", statement="SELECT 1", caller={**PLACE, "line": 99}).key
    )


@pytest.mark.parametrize(
    ("kind", "body", "name", "values"),
    [
        (
            "llm.called",
            {"attributes": {"gen_ai.request.model": "m"}, "text": "x", "took_ms": 9.0},
            "m",
            {"text": "x"},
        ),
        ("environment.read", {"name": "HOME", "value": "/a"}, "HOME", {"value": "/a"}),
        (
            "file.opened",
            {"path": "/tmp/q1/rows.csv", "mode": "read", "bytes": 3, "content": "a,b"},
            "read rows.csv",
            {"path": "/tmp/q1/rows.csv", "bytes": 3, "content": "a,b"},
        ),
        (
            "file.opened",
            {"path": "/a/out.txt", "mode": "write", "bytes": 3},
            "write out.txt",
            {"path": "/a/out.txt"},
        ),
        ("subprocess.started", {"command": ["/bin/git", "log"], "pid": 7}, "git",
         {"command": ["/bin/git", "log"]}),
        ("clock.read", {"function": "time.time", "value": 17.5}, "time.time", {}),
        (
            "exception.handled",
            {"type": "KeyError", "message": "'a'", "how": "except", "handler": PLACE},
            "KeyError",
            {"message": "'a'", "how": "except", "handler": "price_of"},
        ),
        ("state.changed", {"name": "cart", "before": 1, "after": 2}, "cart",
         {"before": 1, "after": 2}),
        ("validation.failed", {"library": "pydantic", "model": "Order", "failures": [1]},
         "Order", {"failures": [1]}),
        (
            "debug.recorded",
            {"context": "till", "action": "add", "attributes": {"n": 1}},
            "till add",
            {"attributes": {"n": 1}},
        ),
        (
            "log.emitted",
            {"level": "INFO", "logger": "till", "message": "price of 17", "line": 9},
            "INFO till price",
            {"message": "price of 17"},
        ),
        ("run.ended", {"exit_code": 1, "run_id": "r"}, "", {"exit_code": 1}),
        ("lock.timed_out", {"lock": "A", "wait_ms": 8.0, "holder": "x"}, "A", {}),
        ("rate.limited", {"url": "http://127.0.0.1:81/a", "status": 429, "waited_ms": 3.0},
         "HTTP http://127.0.0.1/a", {"status": 429}),
        ("directory.changed", {"before": "/a", "after": "/b"}, "", {"after": "/b"}),
    ],
)  # fmt: skip
def test_each_kind_has_a_name_and_the_values_that_the_program_decides(
    kind: str, body: dict[str, Any], name: str, values: dict[str, Any]
) -> None:
    found = step(kind, **body)
    assert (found.key[2], found.values) == (name, values)


def test_an_error_has_the_variables_of_its_own_frame() -> None:
    frames = [
        {"qualified": "loads", "locals": {"s": 1}},
        {"qualified": "Shop.charge", "is_app": True, "locals": {"order": 7}},
    ]
    found = step("error.raised", type="KeyError", message="'a'", frames=frames)
    assert found.key[2] == "KeyError"
    assert found.values == {"message": "'a'", "function": "Shop.charge", "locals": {"order": 7}}


def test_who_found_a_deadlock_is_left_to_the_schedule() -> None:
    event = Recorded().event(
        "error.raised", 5, thread="x:1", type="DeadlockFound", mechanism="deadlock", message="x…"
    )
    (found,) = steps([event]).steps
    assert (found.lane[1], found.values) == ("", {})


def test_what_the_schedule_decides_is_no_step() -> None:
    p = Recorded()
    kinds = ("lock.acquired", "lock.released", "lock.requested", "lock.used", "clock.anchored",
             "process.started", "operation.measured")  # fmt: skip
    assert steps(p.event(kind, 1) for kind in kinds).steps == []


def test_the_end_of_a_span_has_its_name() -> None:
    p = Recorded()
    found = steps(
        [
            p.event("span.started", 1, span="0a" * 8, name="order"),
            p.event("span.ended", 2, span="0a" * 8, status="error", error="E: x"),
        ]
    ).steps
    assert [one.key[2] for one in found] == ["order", "order"]
    assert found[1].values == {"status": "error", "error": "E: x"}
    assert [one.after_ns for one in found] == [0, MS]


def test_programs_are_known_by_their_name() -> None:
    p = Recorded()
    found = steps([p.event("process.started", 1, argv=["/app/till.py", "--fast"])])
    assert found.roles == {p.process: "till.py"}


@pytest.mark.parametrize("kind", sorted(STEP_KINDS))
def test_an_event_without_its_members_is_a_step_all_the_same(kind: str) -> None:
    assert step(kind).kind == kind
    assert step(kind, **dict.fromkeys(("frames", "attributes", "handler", "command"), 7)).text


def test_steps_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMPARED_STEPS_MAX", 2)
    p = Recorded()
    found = steps(p.event("clock.read", at, function="now") for at in range(5))
    assert (len(found.steps), found.cut) == (2, 3)
