"""How a lock is called that has no name: by where it was made, and what it was put into.

`stock.py:17 Site.lock` is the attribute that it became, in the line that made it. Of several from
one place the later ones have a number: `stock.py:17 Site.lock #2`.
"""

from __future__ import annotations

import re
import sys
from os.path import basename
from types import FrameType
from typing import Any

from backtrail.model.limits import CALLER_FRAMES_MAX, LOCK_PLACES_MAX
from backtrail.record.capture.callers import app_frame
from backtrail.record.capture.places import Place, is_app_file, place_of
from backtrail.record.capture.redact import clean_text
from backtrail.record.capture.values.namespace import forget_variables
from backtrail.record.capture.values.shapes import module_and_name, namespace_of

_TARGET = re.compile(r"(?:\A|;)\s*([A-Za-z_]\w*(?:\.\w+)*(?:\[[^\]=]*\])?)\s*(?::[^=;]+)?=\s*\Z")
"""What stands before the expression that makes the lock."""
_GENERATED = "<"
_FROZEN = "<frozen"

_made: dict[str, int] = {}
"""How many locks each place has made."""


def is_made_by_program(frame: FrameType | None) -> bool:
    """Whether a call comes from the user's own code, or from code that was generated for it."""
    for _ in range(CALLER_FRAMES_MAX):
        if frame is None:
            return False
        path = frame.f_code.co_filename
        if path[:1] != _GENERATED:
            return is_app_file(path)
        if path.startswith(_FROZEN):
            return False
        if frame.f_globals.get("__name__") == "__main__" and frame.f_code.co_name == "<module>":
            return True
        frame = frame.f_back
    return False


def name_of(given: str | None, kind: str, frame: FrameType | None) -> str:
    """Return the name of a lock that a frame makes."""
    if given is not None:
        return clean_text(given)
    found = app_frame(frame)
    if found is None:
        return _numbered(kind)
    place = place_of(found.f_code, max(found.f_lasti, 0), found.f_lineno)
    target = _field(frame) or _target(place)
    name = f"{basename(place.file)}:{place.line}"
    return _numbered(f"{name} {target}" if target else name)


def _numbered(name: str) -> str:
    if name not in _made and len(_made) >= LOCK_PLACES_MAX:
        _made.clear()
    number = _made[name] = _made.get(name, 0) + 1
    return name if number == 1 else f"{name} #{number}"


def _target(place: Place) -> str | None:
    """Return what a lock is assigned to, with its class in place of `self`."""
    made = (place.expression or "").partition("\n")[0]
    before, found, _ = (place.code or "").partition(made)
    match = _TARGET.search(before) if made and found else None
    if match is None:
        return None
    first, dot, rest = match[1].partition(".")
    owner = place.qualified.rpartition(".")[0].rpartition(".")[2]
    return f"{owner}.{rest}" if first == "self" and dot and owner.isidentifier() else match[1]


def _field(frame: FrameType | None) -> str | None:
    """Return the field of a data class for which a lock is made, where there is just one."""
    if frame is None or frame.f_code.co_filename[:1] != _GENERATED:
        return None
    if frame.f_code.co_name != "__init__":
        return None
    kind: Any = type(frame.f_locals.get("self"))
    forget_variables(frame)
    fields = namespace_of(kind).get("__dataclass_fields__")
    threading = sys.modules.get("threading")
    if type(fields) is not dict or threading is None:
        return None
    makers = {id(getattr(threading, name)) for name in ("Lock", "RLock", "Condition", "Semaphore")}
    made = [
        name
        for name, field in fields.items()
        if id(getattr(field, "default_factory", None)) in makers
    ]
    return f"{module_and_name(kind)[1]}.{made[0]}" if len(made) == 1 else None
