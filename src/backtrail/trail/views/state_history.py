"""State: what became what, in which order, and by whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from backtrail.model.changes import StateChanged
from backtrail.model.event import Event, Json, Place
from backtrail.model.limits.reading import STATE_CHANGES_MAX, STATE_NAMES_MAX
from backtrail.trail.moment import moment_text
from backtrail.trail.shape import body_of

STATE_CHANGED = "state.changed"
NOT_THERE = {"$missing": True}
"""Stands for a value that is not there."""


class Edit(Struct, frozen=True, kw_only=True):
    """One operation of a change's patch, with the value that it replaced."""

    op: str
    """`add`, `remove`, `replace`, `move`, `copy` or `test`, as in RFC 6902."""
    path: str
    """Where, as a JSON Pointer; the empty one is the whole."""
    before: Json = None
    after: Json = None
    source: str | None = None
    """Where a moved or copied value came from."""


class StateChange(Struct, frozen=True, kw_only=True):
    """Something became another."""

    event_id: str
    time: str
    time_unix_ns: int
    process: str
    thread: str | None
    task: str | None
    span_id: str | None
    name: str
    how: str
    edits: list[Edit]
    before: Json
    after: Json
    before_blob: str | None
    after_blob: str | None
    is_cut: bool
    count: int
    """How often its place has changed it, this time included."""
    caller: Place | None


class StateName(Struct, frozen=True, kw_only=True):
    """All changes of one name, at a glance."""

    name: str
    changes: int
    writers: list[str]
    """Threads and tasks that changed it, as far as they are told apart."""
    first_event: str
    last_event: str


class StateHistory(Struct, frozen=True, kw_only=True):
    """The changes of state in one trace."""

    changes: list[StateChange]
    """The last ones, oldest first."""
    names: list[StateName]
    """The one that changed most first."""
    count: int
    cut: int
    """Changes before the listed ones."""
    names_cut: int
    """Changes whose name is not among the names."""


class StateReader:
    """Takes the events of a trace one by one, and tells how its state changed.

    With a name, only state that has it in its own name, in either case, is told of.
    """

    kinds = frozenset({STATE_CHANGED})

    def __init__(self, *, name: str | None = None) -> None:
        self._wanted = name.casefold() if name else ""
        self._changes: deque[StateChange] = deque(maxlen=STATE_CHANGES_MAX)
        self._names: dict[str, _Name] = {}
        self._count = self._names_cut = 0

    def take(self, event: Event) -> None:
        """Look at one event."""
        if event.kind != STATE_CHANGED or (change := state_change(event)) is None:
            return
        if self._wanted not in change.name.casefold():
            return
        self._count += 1
        self._changes.append(change)
        known = self._names.get(change.name)
        if known is None:
            if len(self._names) >= STATE_NAMES_MAX:
                self._names_cut += 1
                return
            known = self._names[change.name] = _Name(change.event_id)
        known.take(change)

    def view(self) -> StateHistory:
        """Return what the events so far tell."""
        names = sorted(self._names.items(), key=lambda item: (-item[1].changes, item[0]))
        return StateHistory(
            changes=list(self._changes),
            names=[known.told(name) for name, known in names],
            count=self._count,
            cut=self._count - len(self._changes),
            names_cut=self._names_cut,
        )


def state_history(events: Iterable[Event]) -> StateHistory:
    """Return how state changed among these events."""
    reader = StateReader()
    for event in events:
        reader.take(event)
    return reader.view()


def state_change(event: Event) -> StateChange | None:
    """Return what a `state.changed` event tells; `None` when it has not that shape."""
    body = body_of(event, StateChanged)
    if body is None:
        return None
    return StateChange(
        event_id=event.event_id,
        time=moment_text(event.time_unix_ns),
        time_unix_ns=event.time_unix_ns,
        process=event.process,
        thread=event.thread,
        task=event.task,
        span_id=event.span_id,
        name=body.name,
        how=body.how,
        edits=edits_of(body),
        before=body.before,
        after=body.after,
        before_blob=body.before_blob,
        after_blob=body.after_blob,
        is_cut=body.is_cut,
        count=body.count,
        caller=body.caller,
    )


def edits_of(body: StateChanged) -> list[Edit]:
    """Return what a change did, each with the value that was there before.

    A change that carries no patch replaced the whole.
    """
    if not body.patch:
        return [Edit(op="replace", path="", before=body.before, after=body.after)]
    return [
        Edit(
            op=str(operation.get("op", "replace")),
            path=str(operation.get("path", "")),
            before=_before(body.before, operation),
            after=operation.get("value"),
            source=operation.get("from"),
        )
        for operation in body.patch
        if isinstance(operation, dict)
    ]


def value_at(value: Json, pointer: str) -> Json:
    """Return the part of a value that a JSON Pointer names, or `NOT_THERE`."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return NOT_THERE
    return value


MOST_WRITERS = 20
"""Writers of one name that are told apart."""


class _Name:
    def __init__(self, first: str) -> None:
        self.first = self.last = first
        self.changes = 0
        self.writers: dict[str, None] = {}

    def take(self, change: StateChange) -> None:
        self.changes += 1
        self.last = change.event_id
        if len(self.writers) < MOST_WRITERS:
            self.writers[change.task or change.thread or "MainThread"] = None

    def told(self, name: str) -> StateName:
        return StateName(
            name=name,
            changes=self.changes,
            writers=list(self.writers),
            first_event=self.first,
            last_event=self.last,
        )


def _before(whole: Json, operation: dict[str, Any]) -> Json:
    """Return what an operation replaced or removed; what it adds replaced nothing."""
    if "was" in operation:
        return operation["was"]
    if operation.get("op") in {"add", "test"} or whole is None:
        return None
    found = value_at(whole, str(operation.get("path", "")))
    return None if found is NOT_THERE else found
