"""What must have come before what, as far as events say so, whatever the clocks say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from backtrail.model.event import Event

SEVERAL_AT_ONCE = frozenset({"Semaphore", "BoundedSemaphore", "Condition"})
"""Types of locks that more than one may have, or that are let go of while waiting."""
SHARED = "FileLock"
"""The type of lock whose id means the same in every process."""


class Edge(Struct, frozen=True):
    """One event that came before another."""

    first: Event
    then: Event


def edges(events: Sequence[Event]) -> Iterator[Edge]:
    """Yield what came before what; each process's events come in its own order."""
    kinds: dict[str, list[Event]] = {}
    for event in events:
        kinds.setdefault(event.kind, []).append(event)
    yield from _children(kinds)
    yield from _spans(kinds)
    yield from _locks(kinds)


_Kinds = dict[str, list[Event]]


def _children(kinds: _Kinds) -> Iterator[Edge]:
    """A program is started before it does anything, and ends before that is seen."""
    begun = {event.process: event for event in kinds.get("process.started", [])}
    ended = {event.process: event for event in kinds.get("process.ended", [])}
    by_pid: dict[object, list[Event]] = {}
    for child in begun.values():
        by_pid.setdefault(child.body.get("pid"), []).append(child)
        parent = begun.get(str(child.body.get("parent_process")))
        if parent is not None and parent is not child:
            yield Edge(parent, child)
    for kind in ("subprocess.started", "subprocess.ended"):
        for seen in kinds.get(kind, []):
            for child in by_pid.get(seen.body.get("pid"), []):
                if _is_child(child, begun.get(seen.process), seen):
                    yield from _lived(child, ended.get(child.process), seen)


def _lived(child: Event, ended: Event | None, seen: Event) -> Iterator[Edge]:
    if seen.kind == "subprocess.started":
        yield Edge(seen, child)
    elif ended is not None:
        yield Edge(ended, seen)


def _is_child(child: Event, by: Event | None, seen: Event) -> bool:
    """Tell whether a process is the one that another saw; a number alone may be used twice."""
    if child.process == seen.process:
        return False
    parent = child.body.get("parent_process")
    if parent:
        return bool(parent == seen.process)
    return by is None or by.body.get("host") == child.body.get("host")


def _spans(kinds: _Kinds) -> Iterator[Edge]:
    """A span begins before those begun in it; who answers a call begins before the answer comes."""
    begun = {event.span_id: event for event in reversed(kinds.get("span.started", []))}
    served: dict[str | None, list[Event]] = {}
    for child in begun.values():
        around = begun.get(child.body.get("parent"))
        if around is not None and around.process != child.process:
            served.setdefault(around.span_id, []).append(child)
            yield Edge(around, child)
    answers: dict[str | None, list[Event]] = {}
    for kind in ("http.called", "llm.called"):
        for event in kinds.get(kind, []):
            if event.span_id in served:
                answers.setdefault(event.span_id, []).append(event)
    for span_id, calls in answers.items():
        yield from _answered(served[span_id], calls)


def _answered(children: list[Event], calls: list[Event]) -> Iterator[Edge]:
    """Tie who served to who was answered; one by one where there are as many of both."""
    children.sort(key=lambda child: (child.process, child.monotonic_ns))
    calls.sort(key=lambda call: call.seq)
    if len(calls) == len(children):
        yield from (Edge(child, call) for child, call in zip(children, calls, strict=True))
    else:
        yield from (Edge(child, calls[-1]) for child in children)


def _locks(kinds: _Kinds) -> Iterator[Edge]:
    """A lock is let go of before the next one who waited for it has it."""
    let_go: dict[tuple[str, str, str], list[Event]] = {}
    for event in kinds.get("lock.released", []):
        let_go.setdefault(_hold(event), []).append(event)
    holders: dict[str, list[Event]] = {}
    for event in kinds.get("lock.acquired", []):
        if event.body.get("lock_type") not in SEVERAL_AT_ONCE:
            holders.setdefault(_hold(event)[0], []).append(event)
    for taken in holders.values():
        taken.sort(key=lambda event: event.time_unix_ns)
        for before, after in pairwise(taken):
            if _hold(before) == _hold(after) or not after.body.get("wait_ms"):
                continue
            released = _next(let_go.get(_hold(before), []), before)
            if released is not None:
                yield Edge(released, after)


def _hold(event: Event) -> tuple[str, str, str]:
    """Return lock, process and owner of an event of a lock."""
    body = event.body
    lock = str(body.get("lock_id", ""))
    if body.get("lock_type") != SHARED:
        lock = f"{event.process} {lock}"
    return lock, event.process, str(body.get("owner") or event.task or event.thread or "")


def _next(released: Iterable[Event], taken: Event) -> Event | None:
    """Return when an owner let go of what it had taken; its events are in its own order."""
    return next((event for event in released if event.seq > taken.seq), None)
