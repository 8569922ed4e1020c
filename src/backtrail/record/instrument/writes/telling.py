"""What was seen before and after a statement becomes an event, if it is not the same."""

from __future__ import annotations

from types import FrameType
from typing import Any

import msgspec

from backtrail.model.changes import StateChanged
from backtrail.model.limits import DECLARED_OPERATIONS_MAX, PATCH_WAS_BYTES_MAX
from backtrail.record.capture.callers import caller
from backtrail.record.capture.redact import clean_text
from backtrail.record.capture.values.walk import Walk
from backtrail.record.effects.origin import tell
from backtrail.record.instrument.writes.looking import MISSING, Seen
from backtrail.record.state.patch import Change, changes, is_same, pointer

Json = Any

_encode = msgspec.json.Encoder().encode


def tell_of(before: Seen, after: Seen, count: int, frame: FrameType) -> bool:
    """Record a change that a frame of the program's has just made; tell whether there was one."""
    found = _changes(before, after)
    if not found:
        return False
    walk = Walk()
    walk.taints = before.taints | after.taints
    is_whole = after.place is None and before.place is None
    body = StateChanged(
        name=clean_text(after.name),
        how="assigned",
        before=_json(before.value) if is_whole else None,
        after=_json(after.value) if is_whole else None,
        patch=[_operation(each) for each in found[:DECLARED_OPERATIONS_MAX]],
        is_cut=bool(before.cuts or after.cuts) or len(found) > DECLARED_OPERATIONS_MAX,
        count=count,
        caller=caller(frame),
    )
    tell("state.changed", body, walk)
    return True


def _changes(before: Seen, after: Seen) -> list[Change]:
    """Return what changed; nothing where one look saw all and the other a part."""
    if before.place is None and after.place is None:
        return _compared(before.value, after.value, "")
    if before.place is None or after.place is None:
        return []
    grown = after.size - before.size if after.is_list else 0
    if grown == 1:
        return _compared(MISSING, after.part, _path(after.place))
    if grown == -1:
        return _compared(before.part, MISSING, _path(before.place))
    is_same_place = not grown and before.place == after.place
    return _compared(before.part, after.part, _path(after.place)) if is_same_place else []


def _path(place: str) -> str:
    return pointer("", clean_text(place))


def _compared(before: Json, after: Json, path: str) -> list[Change]:
    if before is MISSING or after is MISSING:
        if before is after:
            return []
        if before is MISSING:
            return [Change("add", path, after=after)]
        return [Change("remove", path, before)]
    return list(changes(before, after, path)) if not is_same(before, after) else []


def _operation(change: Change) -> dict[str, Json]:
    """Return an operation with what it took away, which readers of patches pass over."""
    operation = change.operation()
    if change.op != "add" and len(_encode(change.before)) <= PATCH_WAS_BYTES_MAX:
        operation["was"] = change.before
    return operation


def _json(value: Json) -> Json:
    return None if value is MISSING else value
