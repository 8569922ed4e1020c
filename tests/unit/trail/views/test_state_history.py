from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.views import state_history as module
from backtrail.trail.views.state_history import (
    NOT_THERE,
    StateReader,
    state_change,
    state_history,
    value_at,
)
from built_events import Recorded


def changed(process: Recorded, at_ms: float, name: str = "cart", **more: Any) -> Event:
    thread = more.pop("thread", None)
    body = {"name": name, "how": "tracked", **more}
    return process.event("state.changed", at_ms, thread=thread, **body)


def test_each_operation_of_a_patch_says_what_was_there_before() -> None:
    patch = [
        {"op": "replace", "path": "/items/0/count", "value": 2},
        {"op": "remove", "path": "/a~1b"},
        {"op": "add", "path": "/new", "value": 1},
        {"op": "move", "from": "/x", "path": "/y"},
        {"op": "replace", "path": "/not/there", "value": 1},
    ]
    before = {"items": [{"count": 1}], "a/b": 5, "x": 3}
    change = state_change(changed(Recorded(), 1, before=before, patch=patch))
    assert change is not None
    edits = [(edit.op, edit.path, edit.before, edit.after, edit.source) for edit in change.edits]
    assert edits == [
        ("replace", "/items/0/count", 1, 2, None),
        ("remove", "/a~1b", 5, None, None),
        ("add", "/new", None, 1, None),
        ("move", "/y", None, None, "/x"),
        ("replace", "/not/there", None, 1, None),
    ]


def test_a_change_without_a_patch_replaced_the_whole() -> None:
    change = state_change(changed(Recorded(), 1, before=1, after=2))
    assert change is not None
    assert [(edit.path, edit.before, edit.after) for edit in change.edits] == [("", 1, 2)]


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", {"a": [1, {"b": 2}], "": 3}),
        ("/a/1/b", 2),
        ("/a/9", NOT_THERE),
        ("/a/x", NOT_THERE),
        ("/a/0/deep", NOT_THERE),
        ("/", 3),
        ("/c", NOT_THERE),
    ],
)
def test_a_pointer_names_a_part(pointer: str, found: Any) -> None:
    assert value_at({"a": [1, {"b": 2}], "": 3}, pointer) == found


def test_names_are_told_with_who_changed_them() -> None:
    process = Recorded()
    told = state_history(
        [
            changed(process, 1, "a"),
            changed(process, 2, "b", thread="one:1"),
            changed(process, 3, "b", thread="two:2"),
        ]
    )
    assert [(name.name, name.changes, name.writers) for name in told.names] == [
        ("b", 2, ["one:1", "two:2"]), ("a", 1, ["MainThread"]),
    ]  # fmt: skip
    assert (told.names[0].first_event, told.names[0].last_event) == (
        f"{process.process}:1", f"{process.process}:2",
    )  # fmt: skip


def test_only_names_that_are_asked_for_are_told() -> None:
    process, reader = Recorded(), StateReader(name="CAR")
    for event in (changed(process, 1, "cart"), changed(process, 2, "till")):
        reader.take(event)
    assert [change.name for change in reader.view().changes] == ["cart"]


def test_what_does_not_fit_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STATE_CHANGES_MAX", 2)
    monkeypatch.setattr(module, "STATE_NAMES_MAX", 1)
    process = Recorded()
    told = state_history(changed(process, at, f"n{at}") for at in range(4))
    assert [change.name for change in told.changes] == ["n2", "n3"]
    assert (told.count, told.cut, told.names_cut) == (4, 2, 3)
    assert [name.name for name in told.names] == ["n0"]


def test_other_events_are_passed_over() -> None:
    process = Recorded()
    assert state_history([process.event("state.changed", 1), process.event("x", 2)]).count == 0
