"""What msgspec refuses, by whichever of its functions or decoders.

They are compiled, and stay as they are: what is watched is the class of their errors. The value
is looked for where the call names it: `decode(body, type=Order)` says that it was in `body`.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

import msgspec

from backtrail.model.limits import TRACKED_CHARS_MAX
from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.capture.places import OWN_CODE, place_of
from backtrail.record.validation.telling import MISSING, Failure, tell

_AT = " - at `"
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")


def watch_structs(patches: Patches, library: ModuleType) -> None:
    """Record what msgspec refuses."""
    patches.replace(library.ValidationError, "__init__", _watched)


def _watched(original: Callable[..., None]) -> Callable[..., None]:
    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            original(self, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            raise
        try:
            frame = sys._getframe(1)  # noqa: SLF001 - inspect costs start-up time
            if args and type(args[0]) is str and not frame.f_code.co_filename.startswith(OWN_CODE):
                _look(args[0], frame)
        except Exception as fault:  # noqa: BLE001 - an edge: the program's own error
            guard.broke("validation of msgspec", fault)

    return made


def _look(said: str, frame: FrameType) -> None:
    message, _, place = said.partition(_AT)
    path = tuple(name or int(number) for name, number in _STEP.findall(place.removesuffix("`")))
    given, model = _call(frame)
    value = _at(given, path)
    failure = Failure(path=path, message=message, rule="type", value=value)
    tell("msgspec", model, [failure], frame, given=given)


def _call(frame: FrameType) -> tuple[Any, str | None]:
    """Return what was given to the call that a frame is in, as JSON, and the shape it names."""
    expression = place_of(frame.f_code, max(frame.f_lasti, 0), frame.f_lineno).expression
    # Loaded only here: most programs never meet a value that is refused.
    ast = importlib.import_module("ast")
    try:
        call = ast.parse((expression or "").strip(), mode="eval").body
    except SyntaxError:
        return MISSING, None
    if not isinstance(call, ast.Call) or not call.args:
        return MISSING, None
    types = [each.value for each in call.keywords if each.arg == "type"] or call.args[1:2]
    model = ast.unparse(types[0]) if types else None
    first = call.args[0]
    given = frame.f_locals.get(first.id, MISSING) if isinstance(first, ast.Name) else MISSING
    return _decoded(given), model


def _decoded(given: Any) -> Any:
    """Return JSON that was given as text, and anything else as it is."""
    if type(given) is not str and type(given) is not bytes:
        return given
    if len(given) > TRACKED_CHARS_MAX:
        return MISSING
    try:
        return msgspec.json.decode(given)
    except msgspec.DecodeError:
        return MISSING


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    """Return what lies at a path inside of plain containers."""
    for part in path:
        kind = type(value)
        is_member = kind is dict and type(part) is str and part in value
        is_item = (kind is list or kind is tuple) and type(part) is int and part < len(value)
        if not is_member and not is_item:
            return MISSING
        value = value[part]
    return value
