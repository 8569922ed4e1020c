"""Secrets within reach where an exception was raised.

A message may quote a secret that nothing in it announces: `no login with hunter2`. The variable
that it came from does: so the calls of the traceback are searched for secret names, and for those
inside of dicts and objects, which is far cheaper than a record of them.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from types import FrameType
from typing import Any

import msgspec

from backtrail.model.limits import FRAMES_MAX, ITEMS_MAX, LOCALS_MAX
from backtrail.record import guard
from backtrail.record.capture.redact import is_secret_name, scrub
from backtrail.record.capture.values.hiding import hidden
from backtrail.record.capture.values.namespace import PROXY, forget_variables
from backtrail.record.capture.values.shapes import fields, shape_of
from backtrail.record.capture.values.walk import Walk

_PLAIN = frozenset(
    map(id, (str, int, float, bool, bytes, type(None), list, tuple, set, frozenset, type))
)
"""By identity: a class may say itself how it is hashed."""
_traceback_of = BaseException.__dict__["__traceback__"].__get__
_encode = msgspec.json.Encoder().encode


def taint_from(error: BaseException, walk: Walk) -> None:
    """Remember the secrets among the variables of the calls that an exception came through."""
    try:
        frames: deque[FrameType] = deque(maxlen=FRAMES_MAX)
        traceback = _traceback_of(error)
        while traceback is not None:
            frames.append(traceback.tb_frame)
            traceback = traceback.tb_next
        for frame in frames:
            _look_into(frame, walk)
        if frames:
            # It alone may go on: it has caught the exception.
            forget_variables(frames[0])
    except Exception as fault:  # noqa: BLE001 - an edge: no value may break what records it
        guard.count("secrets not looked for")
        guard.broke("reach", fault)


def without(text: str, walk: Walk) -> str:
    """Return a text without the secrets that were found so far."""
    if not walk.taints:
        return text
    return str(msgspec.json.decode(scrub(_encode(text), walk.taints)))


def _look_into(frame: FrameType, walk: Walk) -> None:
    """Remember the secrets among the variables of a call; hold none of them when that is done."""
    values = frame.f_locals
    if type(values) is dict or type(values) is PROXY:
        _look(list(islice(dict(values).items(), LOCALS_MAX)), walk, is_inside=False)


def _look(pairs: list[tuple[Any, Any]], walk: Walk, *, is_inside: bool) -> None:
    for name, value in pairs:
        if type(name) is str and is_secret_name(name):
            hidden(value, walk)
        elif not is_inside and id(type(value)) not in _PLAIN:
            _look(_parts(value), walk, is_inside=True)


def _parts(value: Any) -> list[tuple[Any, Any]]:
    if type(value) is dict:
        return list(islice(value.items(), ITEMS_MAX))
    return fields(value, shape_of(type(value)))[:ITEMS_MAX]
