"""Texts that are no JSON, wherever the program, or a library for it, reads them.

Each error that `json` raises is made by its class, whose `__init__` is watched: reading JSON that
is well-formed costs nothing more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from backtrail.model.limits import SCAN_CHARS_MAX, VALIDATION_TEXT_CHARS_MAX
from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.capture.redact import clean_text
from backtrail.record.validation.telling import Failure, tell

_RAISED_IN = frozenset({"json", "json.decoder", "json.scanner"})
"""Modules that make the errors; any other makes one anew: from a pickle, or as one of its own."""


def watch_json(patches: Patches, decoder: ModuleType) -> None:
    """Record texts that are no JSON."""
    patches.replace(decoder.JSONDecodeError, "__init__", _watched)


def _watched(original: Callable[..., None]) -> Callable[..., None]:
    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            original(self, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            raise
        try:
            _look(self, sys._getframe(1))  # noqa: SLF001 - inspect costs start-up time
        except Exception as fault:  # noqa: BLE001 - an edge: the program's own error
            guard.broke("validation of JSON", fault)

    return made


def _look(error: Any, frame: FrameType) -> None:
    document, position = error.doc, error.pos
    if frame.f_globals.get("__name__") not in _RAISED_IN or type(document) is not str:
        return
    failure = Failure(
        path=(),
        message=f"{error.msg}: line {error.lineno} column {error.colno} (char {position})",
        rule="json_invalid",
        value=_around(document, position),
    )
    tell("json", None, [failure], frame)


def _around(document: str, position: int) -> str:
    """Return the text around a position, without secrets whose names stand long before it."""
    start = max(0, position - VALIDATION_TEXT_CHARS_MAX // 2)
    end = start + VALIDATION_TEXT_CHARS_MAX
    known = clean_text(document[max(0, end - SCAN_CHARS_MAX) : end])
    return known[-VALIDATION_TEXT_CHARS_MAX:] if start else known
