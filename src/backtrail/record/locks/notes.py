"""What is known of one lock: who took it last, how often it was used, what was held while it was.

The first uses of a lock are told one by one; after these only waits, and locks that are taken in an
order not seen before. The rest is counted, and told when the lock dies or recording ends.
"""

from __future__ import annotations

from _weakref import ref
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from backtrail.model.limits import LOCK_ORDERS_MAX, LOCKS_RETIRED_MAX
from backtrail.record import guard
from backtrail.record.capture.redact import clean_text
from backtrail.record.locks.owners import Owner

_numbers: Iterator[int] = count(1)


def _always() -> int:
    return 1


class Notes:
    """What is known of a lock. It does not know the lock itself, and does not keep it alive."""

    __slots__ = (
        "__weakref__",
        "contended",
        "held_s",
        "held_s_max",
        "holder",
        "is_bare",
        "is_hold_told",
        "is_locked",
        "is_passed_on",
        "key",
        "kind",
        "name",
        "number",
        "outside",
        "permits",
        "since",
        "told",
        "under",
        "uses",
        "waited_s",
        "waits_told",
    )

    def __init__(self, name: str, kind: str, is_locked: Callable[[], int] = _always) -> None:
        self.name = name
        self.kind = kind
        self.number = next(_numbers)
        self.key = str(self.number)
        """Tells locks of one name apart; of a lock file it is the path."""
        self.outside: str | None = None
        """Who has it in another process."""
        self.is_locked = is_locked
        """How often it is held at this moment; of one that says when it is let go of, always 1."""
        self.holder: Owner | None = None
        """Who took it last; it may have let go of it since then."""
        self.since = 0.0
        """When that was, by the monotonic clock, in seconds."""
        self.permits: dict[Owner, list[float]] | None = None
        """Of a semaphore: who has taken it, and when, as often as they have."""
        self.is_hold_told = False
        """Whether it was told that the present holder took it."""
        self.uses = 0
        self.told = 0
        """Uses that were told one by one."""
        self.contended = 0
        """Uses after a wait that was not told; of these are the seconds too."""
        self.waits_told = 0
        self.waited_s = 0.0
        self.held_s = 0.0
        self.held_s_max = 0.0
        self.is_passed_on = False
        """Whether it was ever released by another one than who took it: then it is a signal."""
        self.is_bare = False
        """Whether it was ever taken without a `with` statement, which alone is sure to let go."""
        self.under: set[int] = set()
        """Numbers of the locks that were ever held when this one was taken."""
        _living[self.number] = ref(self)

    def __del__(self) -> None:
        _living.pop(self.number, None)
        summary = summary_of(self)
        if summary is not None:
            if len(_retired) < LOCKS_RETIRED_MAX:
                _retired.append(summary)
            else:
                guard.count("use of a lock not told")


_living: dict[int, ref[Notes]] = {}
_retired: list[dict[str, Any]] = []


def living() -> int:
    """Return how many locks there are that are watched."""
    return len(_living)


def has_retired() -> bool:
    """Whether locks have died whose use is still to be told."""
    return bool(_retired)


def is_held(notes: Notes, owner: Owner) -> bool:
    """Whether an owner holds a lock that it took at some time."""
    if notes.permits is not None:
        return owner in notes.permits
    return notes.holder is owner and bool(notes.is_locked())


def held_by(owner: Owner) -> list[Notes]:
    """Return the locks that an owner holds, the first one first, and forget the others."""
    held = [each for each in owner.held if is_held(each, owner)]
    owner.held[:] = held
    return held


def add_orders(notes: Notes, held: list[Notes]) -> bool:
    """Note which locks are held while this one is taken, and tell whether that is news."""
    fresh = [each.number for each in held if each.number not in notes.under]
    if not fresh:
        return False
    if len(notes.under) + len(fresh) > LOCK_ORDERS_MAX:
        guard.count("order of locks not told")
        return False
    notes.under.update(fresh)
    return True


def summary_of(notes: Notes) -> dict[str, Any] | None:
    """Return what was used beyond what was told; `None` when all was told."""
    if notes.uses <= notes.told:
        return None
    return {
        "lock": notes.name,
        "lock_id": clean_text(notes.key),
        "lock_type": notes.kind,
        "count": notes.uses - notes.told,
        "contended": notes.contended,
        "wait_ms_total": round(notes.waited_s * 1e3, 3),
        "hold_ms_total": round(notes.held_s * 1e3, 3),
        "hold_ms_max": round(notes.held_s_max * 1e3, 3),
    }


def take_summaries(*, of_living: bool) -> list[dict[str, Any]]:
    """Return the summaries of locks that have died, and of the others if asked, once each."""
    taken: list[dict[str, Any]] = []
    while _retired:
        taken.append(_retired.pop())
    for known in list(_living.values()) if of_living else ():
        notes = known()
        summary = None if notes is None else summary_of(notes)
        if notes is not None and summary is not None:
            taken.append(summary)
            forget_uses(notes)
    return taken


def forget_uses(notes: Notes) -> None:
    """Count from here on."""
    notes.told = notes.uses
    notes.contended = 0
    notes.waited_s = notes.held_s = notes.held_s_max = 0.0


def begin_child() -> None:
    """Let a forked process count for itself."""
    _retired.clear()
    for known in list(_living.values()):
        notes = known()
        if notes is not None:
            forget_uses(notes)
