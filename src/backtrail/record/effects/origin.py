"""Who caused an effect, and the event that says so.

Only what the user's own code caused is recorded: itself, or through a library that it called. What
Python does to import a module is not its doing, nor is what we do ourselves.
"""

from __future__ import annotations

from types import FrameType

import msgspec
from msgspec import Raw

from backtrail.model.event import Body
from backtrail.model.limits import CALLER_FRAMES_MAX
from backtrail.record import sink
from backtrail.record.capture.places import OWN_CODE, is_app_file
from backtrail.record.capture.redact import scrub
from backtrail.record.capture.values.walk import Walk

FILES_MAX = 4_096
"""Source files that are remembered with whose they are."""

_LIBRARY, _APP, _NOBODY = 0, 1, 2
_IMPORTING = "<frozen importlib"
_owners: dict[str, int] = {}
_encode = msgspec.json.Encoder().encode


def origin(frame: FrameType | None) -> FrameType | None:
    """Return the innermost call of the user's own code that led to a frame, if any did."""
    for _ in range(CALLER_FRAMES_MAX):
        if frame is None:
            return None
        path = frame.f_code.co_filename
        owner = _owners.get(path)
        if owner is None:
            owner = _remember(path)
        if owner:
            return frame if owner == _APP else None
        frame = frame.f_back
    return None


def is_library(frame: FrameType | None) -> bool:
    """Tell whether a frame runs neither the user's own code nor ours."""
    if frame is None:
        return False
    path = frame.f_code.co_filename
    owner = _owners.get(path)
    return (_remember(path) if owner is None else owner) == _LIBRARY


def tell(kind: str, body: Body, walk: Walk) -> None:
    """Record an effect in the present scope, without the secrets that were met on the way."""
    told = Raw(scrub(_encode(body), walk.taints)) if walk.taints else body
    sink.record_event(kind, told)


def _remember(path: str) -> int:
    if path.startswith((_IMPORTING, OWN_CODE)):
        owner = _NOBODY
    else:
        owner = _APP if path[:1] != "<" and is_app_file(path) else _LIBRARY
    if len(_owners) >= FILES_MAX:
        _owners.clear()
    _owners[path] = owner
    return owner
