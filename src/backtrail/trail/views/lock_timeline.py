"""Locks: who waited for which, who held it how long, and in which order they were taken."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, structs

from backtrail.model.changes import (
    LockAcquired,
    LockBody,
    LockReleased,
    LockRequested,
    LockTimedOut,
    LockUsed,
)
from backtrail.model.clock import NS_PER_MS
from backtrail.model.event import Event, Place
from backtrail.model.limits.reading import LOCK_STEPS_MAX, LOCKS_LISTED_MAX
from backtrail.trail.shape import body_of
from backtrail.trail.views.locking.order import Inversion, Key, Orders
from backtrail.trail.views.locking.tally import OWNERS_NAMED_MAX, LockUse, OwnerUse, Tally

BODIES: dict[str, type[LockBody]] = {
    "lock.acquired": LockAcquired,
    "lock.released": LockReleased,
    "lock.requested": LockRequested,
    "lock.timed_out": LockTimedOut,
    "lock.used": LockUsed,
}
SHARED = frozenset({"FileLock"})
"""Types of locks whose id means the same in every process."""
STUCK = frozenset({"deadlock", "hang"})
"""Mechanisms of errors that say who waits for whom."""
MAIN_THREAD = "MainThread"

Outcome = Literal["acquired", "released", "timed_out", "cancelled", "open"]


class LockStep(Struct, frozen=True, kw_only=True):
    """A stretch of time in which someone waited for a lock, or held it."""

    what: Literal["wait", "hold"]
    lock: str
    lock_id: str
    owner: str
    process: str
    start_unix_ns: int
    end_unix_ns: int | None
    """`None` when it was never seen to end."""
    took_ms: float | None
    outcome: Outcome
    holder: str | None
    """Who had the lock while it was waited for, where that is known."""
    event_id: str
    """The event that tells its end; when it did not end, its beginning."""
    caller: Place | None


class Deadlock(Struct, frozen=True, kw_only=True):
    """An error that says that some waited for one another, or for what never came."""

    error_id: str
    event_id: str
    mechanism: str
    message: str
    time_unix_ns: int
    locks: list[str]
    """Each with who holds it and who waits."""


class LockTimeline(Struct, frozen=True, kw_only=True):
    """The locks of one trace."""

    locks: list[LockUse]
    """The one that was waited for longest first."""
    owners: list[OwnerUse]
    """The one that waited longest first."""
    steps: list[LockStep]
    """The last waits and holds, in the order in which they began."""
    inversions: list[Inversion]
    deadlocks: list[Deadlock]
    events: int
    start_unix_ns: int | None
    end_unix_ns: int | None
    cut: int
    """Waits and holds before the listed ones."""
    locks_cut: int
    """Events of locks and owners beyond those that are told apart."""


class LockReader:
    """Takes the events of a trace one by one, and tells what happened to its locks."""

    kinds = frozenset({*BODIES, "error.raised", "process.started"})

    def __init__(self) -> None:
        self._locks: dict[Key, _Lock] = {}
        self._owners: dict[Key, Tally] = {}
        self._steps: deque[LockStep] = deque(maxlen=LOCK_STEPS_MAX)
        self._orders = Orders()
        self._deadlocks: list[Deadlock] = []
        self._pids: dict[str, int] = {}
        self._events = self._step_count = self._locks_cut = 0
        self._start: int | None = None
        self._end: int | None = None

    def take(self, event: Event) -> None:
        """Look at one event."""
        kind = BODIES.get(event.kind)
        if kind is not None:
            body = body_of(event, kind)
            if body is not None:
                self._take_lock(event, body)
        elif event.kind == "error.raised":
            self._take_error(event)
        elif event.kind == "process.started" and isinstance(pid := event.body.get("pid"), int):
            self._pids[event.process] = pid

    def view(self) -> LockTimeline:
        """Return what the events so far tell."""
        said = self._owner_names()
        steps = [*self._steps, *self._open_steps()]
        steps.sort(key=lambda step: (step.start_unix_ns, step.owner, step.lock))
        locks = [lock.told(self._orders.label(key), said) for key, lock in self._locks.items()]
        owners = [self._owner(key, name) for key, name in said.items() if key in self._owners]
        return LockTimeline(
            locks=sorted(locks, key=lambda lock: (-lock.wait_ms, -lock.hold_ms, lock.lock)),
            owners=sorted(owners, key=lambda owner: (-owner.wait_ms, owner.owner)),
            steps=[
                structs.replace(step, owner=said.get((step.process, step.owner), step.owner))
                for step in steps
            ],
            inversions=self._orders.inversions(),
            deadlocks=self._deadlocks,
            events=self._events,
            start_unix_ns=self._start,
            end_unix_ns=self._end,
            cut=self._step_count - len(self._steps),
            locks_cut=self._locks_cut,
        )

    def _take_lock(self, event: Event, body: LockBody) -> None:
        self._events += 1
        if self._start is None:
            self._start = event.time_unix_ns
        self._end = max(self._end or 0, event.time_unix_ns)
        key, owner = _lock_key(event, body), _owner_key(event, body)
        is_known = key in self._locks and owner in self._owners
        if not is_known and max(len(self._locks), len(self._owners)) >= LOCKS_LISTED_MAX:
            self._locks_cut += 1
            return
        lock = self._locks.setdefault(key, _Lock(body))
        tally = self._owners.setdefault(owner, Tally())
        self._orders.seen(key, body.lock, event.process)
        if isinstance(body, LockRequested | LockAcquired) and body.held:
            self._orders.wanted(
                key, owner=owner, owner_name=owner[1], held=body.held, event_id=event.event_id
            )
        step = lock.take(event, body, owner, tally)
        if step is not None:
            self._step_count += 1
            self._steps.append(step)

    def _open_steps(self) -> list[LockStep]:
        """Return the waits and holds that were never seen to end."""
        open_steps = [step for lock in self._locks.values() for step in lock.open_steps()]
        return open_steps[-LOCK_STEPS_MAX:]

    def _owner_names(self) -> dict[Key, str]:
        """Name the owners; those of several processes with their process."""
        processes = {process for process, _name in self._owners}
        if len(processes) < 2:  # noqa: PLR2004 - several
            return {key: key[1] for key in self._owners}
        return {
            (process, name): f"{name} of {self._pids.get(process, process[-8:])}"
            for process, name in self._owners
        }

    def _owner(self, key: Key, name: str) -> OwnerUse:
        tally = self._owners[key]
        locks = [(self._orders.label(lock_key), lock) for lock_key, lock in self._locks.items()]
        return OwnerUse(
            owner=name,
            acquired=tally.acquired,
            timed_out=tally.timed_out,
            wait_ms=tally.wait_ms,
            hold_ms=tally.hold_ms,
            holds=[label for label, lock in locks if lock.holds.get(key)],
            waits_for=[label for label, lock in locks if key in lock.waits],
        )

    def _take_error(self, event: Event) -> None:
        mechanism = event.body.get("mechanism")
        if mechanism in STUCK and len(self._deadlocks) < LOCKS_LISTED_MAX:
            self._deadlocks.append(_deadlock(event, str(mechanism)))


def lock_timeline(events: Iterable[Event]) -> LockTimeline:
    """Return what happened to locks among these events."""
    reader = LockReader()
    for event in events:
        reader.take(event)
    return reader.view()


class _Lock:
    """One lock while its events come in."""

    def __init__(self, body: LockBody) -> None:
        self.name, self.lock_id, self.type = body.lock, body.lock_id, body.lock_type
        self.tally = Tally()
        self.owners: dict[Key, None] = {}
        self.waits: dict[Key, Event] = {}
        self.holds: dict[Key, list[Event]] = {}

    def take(self, event: Event, body: LockBody, owner: Key, tally: Tally) -> LockStep | None:
        """Count an event for the lock and for its owner; return the stretch that it ends."""
        match body:
            case LockRequested():
                self.waits[owner] = event
            case LockAcquired():
                return self._taken(event, body, owner, tally)
            case LockReleased():
                return self._released(event, body, owner, tally)
            case LockTimedOut():
                return self._gave_up(event, body, owner, tally)
            case LockUsed():
                self.tally.used(body)
                tally.used(body)
            case _:
                pass
        return None

    def told(self, label: str, said: dict[Key, str]) -> LockUse:
        """Return all uses of the lock."""
        counted = self.tally
        return LockUse(
            lock=label,
            lock_id=self.lock_id,
            lock_type=self.type,
            acquired=counted.acquired,
            contended=counted.contended + len(self.waits),
            timed_out=counted.timed_out,
            wait_ms=counted.wait_ms,
            wait_ms_max=counted.wait_ms_max,
            hold_ms=counted.hold_ms,
            hold_ms_max=counted.hold_ms_max,
            owners=[said.get(owner, owner[1]) for owner in self.owners],
            held_by=[said.get(owner, owner[1]) for owner in self.holds],
        )

    def open_steps(self) -> list[LockStep]:
        """Return the waits and holds that were never seen to end."""
        waits = [self._step("wait", "open", owner, event) for owner, event in self.waits.items()]
        holds = [
            self._step("hold", "open", owner, event)
            for owner, taken in self.holds.items()
            for event in taken
        ]
        return waits + holds

    def _taken(self, event: Event, body: LockAcquired, owner: Key, tally: Tally) -> LockStep | None:
        asked = self.waits.pop(owner, None)
        is_contended = asked is not None or body.wait_ms > 0
        for counter in (self.tally, tally):
            counter.taken(body.wait_ms, is_contended=is_contended)
        if len(self.owners) < OWNERS_NAMED_MAX:
            self.owners.setdefault(owner)
        self.holds.setdefault(owner, []).append(event)
        if not is_contended:
            return None
        return self._step("wait", "acquired", owner, event, took_ms=body.wait_ms, asked=asked)

    def _released(self, event: Event, body: LockReleased, owner: Key, tally: Tally) -> LockStep:
        # A lock may be let go of by another thread than the one that took it.
        holder = owner if owner in self.holds else next(iter(self.holds), owner)
        taken = self.holds.get(holder, [])
        began = taken.pop() if taken else None
        if not taken:
            self.holds.pop(holder, None)
        hold_ms = body.hold_ms
        if hold_ms is None:
            hold_ms = _between_ms(began, event) if began else 0.0
        self.tally.held(hold_ms)
        tally.held(hold_ms)
        return self._step("hold", "released", holder, event, took_ms=hold_ms, asked=began)

    def _gave_up(self, event: Event, body: LockTimedOut, owner: Key, tally: Tally) -> LockStep:
        asked = self.waits.pop(owner, None)
        for counter in (self.tally, tally):
            counter.gave_up(body.wait_ms, is_contended=True)
        outcome: Outcome = "cancelled" if body.is_cancelled else "timed_out"
        return self._step("wait", outcome, owner, event, took_ms=body.wait_ms, asked=asked)

    def _step(
        self,
        what: Literal["wait", "hold"],
        outcome: Outcome,
        owner: Key,
        event: Event,
        *,
        took_ms: float | None = None,
        asked: Event | None = None,
    ) -> LockStep:
        body = event.body
        began = event if asked is None else asked
        caller = body_of(event, BODIES[event.kind])
        return LockStep(
            what=what,
            lock=self.name,
            lock_id=self.lock_id,
            owner=owner[1],
            process=owner[0],
            start_unix_ns=event.time_unix_ns - int((took_ms or 0.0) * NS_PER_MS),
            end_unix_ns=None if outcome == "open" else event.time_unix_ns,
            took_ms=took_ms,
            outcome=outcome,
            holder=_text(body.get("holder")) or _text(began.body.get("holder")),
            event_id=event.event_id,
            caller=caller.caller if caller else None,
        )


def _lock_key(event: Event, body: LockBody) -> Key:
    return ("" if body.lock_type in SHARED else event.process, body.lock_id)


def _owner_key(event: Event, body: LockBody) -> Key:
    thread = (event.thread or MAIN_THREAD).rpartition(":")
    return (event.process, body.owner or event.task or thread[0] or thread[2])


def _between_ms(began: Event, ended: Event) -> float:
    """Return how much later an event is, by the clock that both have in common."""
    if began.process == ended.process:
        return max(0, ended.monotonic_ns - began.monotonic_ns) / NS_PER_MS
    return max(0, ended.time_unix_ns - began.time_unix_ns) / NS_PER_MS


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _deadlock(event: Event, mechanism: str) -> Deadlock:
    held = event.body.get("locks")
    return Deadlock(
        error_id=str(event.body.get("error_id", "")),
        event_id=event.event_id,
        mechanism=mechanism,
        message=str(event.body.get("message", "")),
        time_unix_ns=event.time_unix_ns,
        locks=[_held_text(lock) for lock in held if isinstance(lock, dict)]
        if isinstance(held, list)
        else [],
    )


def _held_text(lock: dict[str, object]) -> str:
    waiters = lock.get("waiters")
    waiting = ", ".join(map(str, waiters)) if isinstance(waiters, list) and waiters else "nobody"
    holder = lock.get("holder") or "nobody known"
    return f"{lock.get('name', 'a lock')}: held by {holder}, waited for by {waiting}"
