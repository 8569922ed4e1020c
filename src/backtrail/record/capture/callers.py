"""Who did it: the innermost call on the stack that is the user's own code.

It is asked for every call, file and statement that is recorded, so what is known of a file and a
place is kept, and no frame's variables are touched.
"""

from __future__ import annotations

import sys
from types import CodeType, FrameType

from backtrail.model.event import Place
from backtrail.model.limits import CALLER_FRAMES_MAX, PLACES_MAX
from backtrail.record.capture.places import is_app_file, place_of
from backtrail.record.capture.redact import when_names_change

FILES_MAX = 4_096
_is_app: dict[str, bool] = {}


def app_frame(frame: FrameType | None) -> FrameType | None:
    """Return the nearest frame, from one outwards, that runs the user's own code."""
    for _ in range(CALLER_FRAMES_MAX):
        if frame is None:
            return None
        path = frame.f_code.co_filename
        if _is_app[path] if path in _is_app else _is_app_code(path):
            return frame
        frame = frame.f_back
    return None


def _is_app_code(path: str) -> bool:
    if len(_is_app) >= FILES_MAX:
        _is_app.clear()
    is_app = _is_app[path] = path[:1] != "<" and is_app_file(path)
    return is_app


def caller(frame: FrameType | None = None) -> Place | None:
    """Return where in the user's own code a frame, or the present one, was called from."""
    found = app_frame(sys._getframe(1) if frame is None else frame)  # noqa: SLF001 - inspect costs start-up time
    return None if found is None else place_in(found)


def callers(frame: FrameType | None, most: int) -> list[Place]:
    """Return where a frame was called from in the user's own code, the innermost call first."""
    # In one piece: it is on the way of every call and every file that is recorded.
    found: list[Place] = []
    between = 0
    while frame is not None and between < CALLER_FRAMES_MAX:
        code = frame.f_code
        path = code.co_filename
        if _is_app[path] if path in _is_app else _is_app_code(path):
            known = _places.get((id(code), frame.f_lasti))
            found.append(place_in(frame) if known is None else known[0])
            if len(found) == most:
                break
            between = 0
        else:
            between += 1
        frame = frame.f_back
    return found


def place_in(frame: FrameType) -> Place:
    """Return where a frame is at this moment."""
    code, instruction = frame.f_code, frame.f_lasti
    known = _places.get((id(code), instruction))
    if known is None:
        here = place_of(code, max(instruction, 0), frame.f_lineno)
        place = Place(file=here.file, line=here.line, function=here.qualified, code=here.code)
        if len(_places) >= PLACES_MAX:
            _places.clear()
        # The code is kept, so that its identity is not used again.
        known = _places[id(code), instruction] = (place, code)
    return known[0]


_places: dict[tuple[int, int], tuple[Place, CodeType]] = {}
when_names_change.append(_places.clear)
