"""Who did it: the innermost call on the stack that is the user's own code.

It is asked for every call, file and statement that is recorded, so what is known of a file and a
place is kept, and no frame's variables are touched.
"""

from __future__ import annotations

import sys
from types import FrameType

from backtrail.model.event import Place
from backtrail.model.limits import CALLER_FRAMES_MAX
from backtrail.record.capture.places import is_app_file, place_of

FILES_MAX = 4_096
_is_app: dict[str, bool] = {}


def app_frame(frame: FrameType | None) -> FrameType | None:
    """Return the nearest frame, from one outwards, that runs the user's own code."""
    for _ in range(CALLER_FRAMES_MAX):
        if frame is None:
            return None
        path = frame.f_code.co_filename
        is_app = _is_app.get(path)
        if is_app is None:
            if len(_is_app) >= FILES_MAX:
                _is_app.clear()
            is_app = _is_app[path] = path[:1] != "<" and is_app_file(path)
        if is_app:
            return frame
        frame = frame.f_back
    return None


def caller(frame: FrameType | None = None) -> Place | None:
    """Return where in the user's own code a frame, or the present one, was called from."""
    found = app_frame(sys._getframe(1) if frame is None else frame)  # noqa: SLF001 - inspect costs start-up time
    return None if found is None else place_in(found)


def callers(frame: FrameType | None, most: int) -> list[Place]:
    """Return where a frame was called from in the user's own code, the innermost call first."""
    found: list[Place] = []
    here = app_frame(frame)
    while here is not None and len(found) < most:
        found.append(place_in(here))
        here = app_frame(here.f_back)
    return found


def place_in(frame: FrameType) -> Place:
    """Return where a frame is at this moment."""
    known = place_of(frame.f_code, max(frame.f_lasti, 0), frame.f_lineno)
    return Place(file=known.file, line=known.line, function=known.qualified, code=known.code)
