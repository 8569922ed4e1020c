"""The variables of a frame, shown: each by itself, so that a large one leaves room for the rest."""

from __future__ import annotations

from typing import Any

from backtrail.record.capture.redact import is_secret_name, known_clean
from backtrail.record.capture.values.following import (
    INT_MAX,
    INT_MIN,
    KNOWN_CHARS_MAX,
    Json,
    follow,
    follow_dict,
    follow_sequence,
)  # fmt: skip
from backtrail.record.capture.values.hiding import hidden
from backtrail.record.capture.values.walk import Walk, shown_text


def follow_variables(  # noqa: C901 - each call that it saves is made sixty times
    values: dict[str, Any], walk: Walk, *, are_plain: bool, share: int
) -> dict[str, Json]:
    """Show the variables of a frame, none of which may spend more than its share.

    Where it is known that no name is secret, only values are looked at. What is handed on from
    frame to frame is looked at once for each size of a share.
    """
    if not are_plain:
        values = _under_clean_names(values, walk)
    shown = values.copy()
    known, known_values, total = known_clean, walk.shown, walk.nodes
    for name, value in values.items():
        # What most variables are is told here, without the call of `follow`.
        kind = type(value)
        if kind is int:
            if INT_MIN <= value <= INT_MAX:
                continue
        elif kind is str:
            if len(value) > KNOWN_CHARS_MAX or value not in known:
                shown[name] = shown_text(value, walk)
            continue
        elif kind is bool or value is None or (kind is float and value - value == 0.0):
            continue
        before = share if share < total else total  # noqa: FURB136 - a call less
        once = known_values.get(id(value))
        if once is None or once[1] != before:
            walk.nodes = before
            if kind is list or kind is tuple:
                seen = follow_sequence(value, 0, walk)
            else:
                seen = (follow_dict if kind is dict else follow)(value, 0, walk)
            once = (value, before, seen, before - walk.nodes)
            known_values[id(value)] = once
        shown[name] = once[2]
        total -= once[3]
    walk.nodes = total
    return shown


def _under_clean_names(values: dict[str, Any], walk: Walk) -> dict[str, Any]:
    """Return variables under names that can be written; what is secret for its name is hidden."""
    return {
        shown_text(name, walk): hidden(value, walk) if is_secret_name(name) else value
        for name, value in values.items()
    }
