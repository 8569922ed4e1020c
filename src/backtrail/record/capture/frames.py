"""Calls on a stack, with their source and their variables.

Frames come innermost first: the one that raised, then who called it. Of a deep recursion both
ends are kept. The recorder's own frames are left out.
"""

from __future__ import annotations

from types import (
    BuiltinFunctionType,
    FrameType,
    FunctionType,
    ModuleType,
    TracebackType,
)  # fmt: skip
from typing import Any

from backtrail.model.kinds import Frame
from backtrail.model.limits import (
    FRAMES_MAX,
    LOCALS_MAX,
    NODES_MAX,
    NODES_OUTER_MAX,
    SHARE_MAX,
    SHARE_OUTER_MAX,
    STACK_FRAMES_MAX,
)
from backtrail.record.capture.places import OWN_CODE, Place, place_of
from backtrail.record.capture.snapshot import named_values
from backtrail.record.capture.values.namespace import PROXY, forget_variables
from backtrail.record.capture.values.shapes import mro_of
from backtrail.record.capture.values.walk import Walk

Call = tuple[FrameType, int, int | None]
"""A frame, the instruction that it is at, and the line."""


_DEFINITIONS = frozenset(map(id, (ModuleType, FunctionType, BuiltinFunctionType, type)))
"""What a module holds besides its variables."""


def running_frames(calls: list[Call], walk: Walk, *, with_locals: bool) -> list[Frame]:
    """Return the frames of calls that go on."""
    frames, _ = kept_frames(calls, walk, with_locals=with_locals)
    if with_locals:
        for frame, _, _ in calls:
            forget_variables(frame)
    return frames


def calls_of_traceback(traceback: TracebackType | None) -> list[Call]:
    """Return the calls of a traceback, the raising one first, without the recorder's own."""
    calls: list[Call] = []
    while traceback is not None and len(calls) < STACK_FRAMES_MAX:
        frame = traceback.tb_frame
        if not frame.f_code.co_filename.startswith(OWN_CODE):
            calls.append((frame, traceback.tb_lasti, traceback.tb_lineno))
        traceback = traceback.tb_next
    calls.reverse()
    return calls


def calls_of_stack(frame: FrameType | None) -> list[Call]:
    """Return the calls of a running stack, innermost first, without the recorder's own."""
    calls: list[Call] = []
    while frame is not None and len(calls) < STACK_FRAMES_MAX:
        if not frame.f_code.co_filename.startswith(OWN_CODE):
            calls.append((frame, frame.f_lasti, frame.f_lineno))
        frame = frame.f_back
    return calls


def kept_frames(
    calls: list[Call], walk: Walk, *, with_locals: bool = True, keep: int = FRAMES_MAX
) -> tuple[list[Frame], int]:
    """Return the frames of both ends of a stack, and how many lie between them."""
    cut = len(calls) - keep
    if cut > 0:
        walk.cuts += 1
        half = keep // 2
        calls = calls[:half] + calls[len(calls) - (keep - half) :]
    frames = [_frame(call, walk, with_locals=with_locals, is_first=False) for call in calls[1:]]
    if calls:
        frames.insert(0, _frame(calls[0], walk, with_locals=with_locals, is_first=True))
        if with_locals:
            # Of a traceback it alone may go on: it has caught the exception.
            forget_variables(calls[-1][0])
    return frames, max(0, cut)


def _frame(call: Call, walk: Walk, *, with_locals: bool, is_first: bool) -> Frame:
    frame, instruction, line = call
    code = frame.f_code
    place = place_of(code, instruction, line)
    if place.taints:
        walk.taints.update(place.taints)
    module = dict.get(frame.f_globals, "__name__")
    values, cut = _variables(frame, place, walk, is_first=is_first) if with_locals else (None, 0)
    return Frame(
        file=place.file,
        line=place.line,
        function=place.function,
        qualified=place.qualified,
        module=module if type(module) is str else None,
        code=place.code,
        expression=place.expression,
        source=place.source,
        locals=values,
        locals_cut=cut,
        is_app=place.is_app,
    )


def _variables(
    frame: FrameType, place: Place, walk: Walk, *, is_first: bool
) -> tuple[dict[str, Any] | None, int]:
    """Return the variables of a frame, and how many more there are."""
    values = frame.f_locals
    if type(values) is not dict:
        # The body of a class may run in any mapping that its metaclass gives.
        is_dict = dict in mro_of(type(values))
        if type(values) is not PROXY and not is_dict:
            return None, 0
        values = dict(dict.items(values) if is_dict else values)
    cut = 0
    if not place.is_plain or len(values) > LOCALS_MAX:
        try:
            pairs = [pair for pair in list(values.items()) if _is_shown(pair, place)]
        except RuntimeError:
            return None, len(values)
        cut = max(0, len(pairs) - LOCALS_MAX)
        values = dict(pairs[:LOCALS_MAX])
    walk.nodes, share = (NODES_MAX, SHARE_MAX) if is_first else (NODES_OUTER_MAX, SHARE_OUTER_MAX)
    return named_values(values, walk, are_plain=place.is_plain, share=share), cut


def _is_shown(pair: tuple[Any, Any], place: Place) -> bool:
    name, value = pair
    if type(name) is not str or name[:1] == ".":
        return False
    if place.function != "<module>":
        return True
    return name[:2] != "__" and id(type(value)) not in _DEFINITIONS
