"""What a trace does not hold, and where it is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from backtrail.model.event import Event
from backtrail.model.limits.reading import GAPS_MAX
from backtrail.store.answers import Hole
from backtrail.trail.moment import moment_text


class Gap(Struct, frozen=True, kw_only=True):
    """A place at which something is missing."""

    what: Literal["dropped", "missing", "torn", "killed"]
    """Lost while recording; gone from the journal; unreadable there; the process was killed."""
    text: str
    """`132 events dropped here: journal full`."""
    count: int | None
    """Events that are missing; `None` when nobody can know."""
    process: str
    after_event: str | None
    """The last event before it of the same process in this trace."""
    time: str | None
    time_unix_ns: int | None


def gaps(
    events: Iterable[Event], holes: Iterable[Hole] = (), *, killed: Mapping[str, int | None]
) -> list[Gap]:
    """Return what is missing from a trace, in the order of time; up to `GAPS_MAX` gaps.

    Args:
        events: those of the trace, each process's in its own order.
        holes: what the journal lacks of its processes.
        killed: processes that were killed, with their system ids.
    """
    found: list[Gap] = []
    last: dict[str, Event] = {}
    missing = dict.fromkeys(sorted(holes, key=lambda hole: (hole.process, hole.seq)))
    for event in events:
        for hole in [one for one in missing if one.process == event.process]:
            if hole.seq <= event.seq:
                missing.pop(hole)
                found.append(_of_hole(hole, last.get(event.process)))
        if event.kind == "journal.dropped":
            found.append(_dropped(event, last.get(event.process)))
        last[event.process] = event
        if len(found) >= GAPS_MAX:
            return found
    found += [_of_hole(hole, last.get(hole.process)) for hole in missing]
    found += [_killed(process, pid, last.get(process)) for process, pid in killed.items()]
    return sorted(found, key=lambda gap: gap.time_unix_ns or 0)[:GAPS_MAX]


def _dropped(event: Event, before: Event | None) -> Gap:
    count = event.body.get("count")
    number = count if isinstance(count, int) else None
    reason = event.body.get("reason") or "the reason is not known"
    return Gap(
        what="dropped",
        text=f"{_events(number)} dropped here: {reason}",
        count=number,
        process=event.process,
        after_event=before.event_id if before else None,
        time=moment_text(event.time_unix_ns),
        time_unix_ns=event.time_unix_ns,
    )


def _of_hole(hole: Hole, before: Event | None) -> Gap:
    why = (
        "could not be read: lines of the journal are torn"
        if hole.is_torn
        else "are missing: a file of the journal is gone"
    )
    return Gap(
        what="torn" if hole.is_torn else "missing",
        text=f"{_events(hole.count)} of this process, of whatever trace, {why}",
        count=hole.count,
        process=hole.process,
        after_event=before.event_id if before else None,
        time=moment_text(before.time_unix_ns) if before else None,
        time_unix_ns=before.time_unix_ns if before else None,
    )


def _killed(process: str, pid: int | None, last: Event | None) -> Gap:
    return Gap(
        what="killed",
        text=f"process {pid or process} was killed here; what it was about to do is not known",
        count=None,
        process=process,
        after_event=last.event_id if last else None,
        time=moment_text(last.time_unix_ns) if last else None,
        time_unix_ns=last.time_unix_ns if last else None,
    )


def _events(count: int | None) -> str:
    if count is None:
        return "events"
    return "1 event" if count == 1 else f"{count:,} events"
