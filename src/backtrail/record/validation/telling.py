"""The event of values that were refused, whichever library refused them.

A value under a secret name is hidden, and so is what the library says of it, but for the name of
the rule: messages quote values. What programs refuse over and over at one place is only counted
from some time on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from types import FrameType
from typing import Any

import msgspec
from msgspec import Raw, Struct

from backtrail.model.changes import ValidationFailed
from backtrail.model.limits import (
    CALLS_MAX,
    STRING_CHARS_MAX,
    VALIDATION_FAILURES_MAX,
    VALIDATIONS_PLACES_MAX,
    VALIDATIONS_REPEATED_MAX,
)
from backtrail.record import guard, scope, sink, switch
from backtrail.record.capture.callers import app_frame, callers
from backtrail.record.capture.redact import MARKER, is_secret_name, scrub
from backtrail.record.capture.snapshot import snapshot
from backtrail.record.capture.values.hiding import hidden
from backtrail.record.capture.values.walk import Walk, shown_text

MISSING: Any = object()
"""Stands for a value that is not known."""
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_encode = msgspec.json.Encoder().encode
_on = [False]
"""Whether anybody wants to know: classes made while somebody did stay watched."""
_told: dict[tuple[str, int, str, str], tuple[str, int]] = {}
"""By place, library and model: the trace, and how often it was told of in that trace."""


class Failure(Struct, frozen=True, kw_only=True):
    """One value that was refused, and why."""

    path: Sequence[Any]
    """Names and numbers that lead to it."""
    message: str
    rule: str
    """The name of the rule that it broke."""
    value: Any = MISSING


def tell(
    library: str,
    model: object,
    failures: Iterable[Failure],
    frame: FrameType | None,
    *,
    count: int = 1,
    given: Any = MISSING,
) -> None:
    """Record that values were refused, unless no code of the user's own asked for it.

    Args:
        library: that refused them.
        model: the shape that was asked for.
        failures: each of them; so many are taken as are kept.
        frame: of who asked.
        count: of all failures.
        given: the whole of what was refused, to know what in it is secret.
    """
    here = app_frame(frame) if _on[0] and switch.is_enabled() else None
    if here is None:
        return
    walk = Walk()
    name = None if model is None else shown_text(str(model)[:STRING_CHARS_MAX], walk)
    times = _times(here, library, name or "")
    if not times:
        return
    if given is not MISSING:
        snapshot(given, walk=walk)
    shown = [_shown(failure, walk) for failure in islice(failures, VALIDATION_FAILURES_MAX)]
    calls = callers(here, CALLS_MAX)
    body = ValidationFailed(
        library=library,
        model=name,
        failures=shown,
        failures_cut=max(0, count - len(shown)),
        count=times,
        caller=calls[0],
        calls=calls,
    )
    told: Any = Raw(scrub(_encode(body), walk.taints)) if walk.taints else body
    sink.record_event("validation.failed", told)


def path_text(path: Iterable[Any]) -> str:
    """Write a path as JSONPath does: `$.user.ages[0]`."""
    text = "$"
    for part in path:
        if type(part) is int:
            text += f"[{part}]"
        elif _PLAIN_NAME.match(str(part)):
            text += f".{part}"
        else:
            text += f"[{str(part)!r}]"
    return text


def _shown(failure: Failure, walk: Walk) -> dict[str, Any]:
    names = [part for part in failure.path if type(part) is str]
    is_secret = any(map(is_secret_name, names))
    shown: dict[str, Any] = {"path": shown_text(path_text(failure.path), walk)}
    if failure.value is not MISSING:
        value = failure.value
        shown["value"] = hidden(value, walk) if is_secret else snapshot(value, walk=walk)
    is_quoting = is_secret and shown.get("value", MARKER) == MARKER
    said = failure.rule if is_quoting else failure.message
    return {"path": shown["path"], "message": shown_text(said, walk), **shown}


def _times(frame: FrameType, library: str, model: str) -> int:
    """Return how often this was refused at this place in this trace; 0 if it is only counted.

    After some times only each power of two is told of.
    """
    key = (frame.f_code.co_filename, frame.f_lineno, library, model)
    trace = scope.current().trace.trace_id
    known, times = _told.get(key, (trace, 0))
    times = times + 1 if known == trace else 1
    if len(_told) >= VALIDATIONS_PLACES_MAX:
        _told.clear()
    _told[key] = (trace, times)
    if times <= VALIDATIONS_REPEATED_MAX or not times & (times - 1):
        return times
    guard.count("validation failures: only counted")
    return 0


def listen(*, is_on: bool) -> None:
    """Record what is refused from here on, or nothing of it; counting begins anew."""
    _on[0] = is_on
    _told.clear()
