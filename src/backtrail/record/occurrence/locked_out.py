"""Threads and tasks that wait for each other's locks, told before the hang that it makes is.

A lock that is watched has told of its waits already; of a plain one it is found out here, so that
what led to the hang lies before it in the trace.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from backtrail.model.changes import LockRequested
from backtrail.model.limits import LOCK_HELD_MAX
from backtrail.record import sink
from backtrail.record.capture.holders import LockFound, watched_notes
from backtrail.record.capture.redact import scrub
from backtrail.record.capture.values.shapes import module_and_name
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.scope import Scope

_encode = msgspec.json.Encoder().encode


def tell_waits(found: list[LockFound], here: Scope) -> None:
    """Record, for each one who waits for a plain lock whose holder is known, that it does."""
    for lock in found:
        if lock.holder is None or watched_notes(lock.lock) is not None:
            continue
        for waiter, place in zip(lock.waiters, lock.places, strict=True):
            walk = Walk()
            held = [each.name for each in found if each.holder == waiter][:LOCK_HELD_MAX]
            body = LockRequested(
                lock=shown_text(lock.name, walk),
                lock_id=f"{id(lock.lock):#x}",
                lock_type=kind_of(lock.lock),
                owner=shown_text(waiter, walk),
                caller=place,
                holder=shown_text(lock.holder, walk),
                held=[shown_text(name, walk) for name in held],
            )
            sink.record_event("lock.requested", Raw(scrub(_encode(body), walk.taints)), here=here)


def kind_of(lock: object) -> str:
    """Return the type of a plain lock, as a person calls it."""
    module, name = module_and_name(type(lock))
    if module.startswith("asyncio"):
        return f"asyncio.{name}"
    return "Lock" if name == "lock" else name.removeprefix("_")
