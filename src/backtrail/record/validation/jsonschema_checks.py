"""What validators of jsonschema find, whether the program raises it, lists it or just asks.

Schemas ask of their parts too (`oneOf`, `if`): what only such a question finds is no failure.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from types import FrameType, ModuleType
from typing import Any

from backtrail.model.limits import VALIDATION_FAILURES_MAX
from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.validation.telling import Failure, tell

_ASKING_CALLS_MAX = 8
"""Calls between a keyword of a schema and the check of a part that it asks for."""
_INSIDE = frozenset({"descend", "iter_errors"})
"""Functions of a validator that are at work whenever a schema asks of its parts."""


def watch_schemas(patches: Patches, validators: ModuleType) -> None:
    """Record what validators find, also those of classes that are made later."""
    for kind in {id(each): each for each in vars(validators).values()}.values():
        if isinstance(kind, type) and hasattr(kind, "iter_errors"):
            patches.replace(kind, "iter_errors", _watched)

    def watched_create(original: Callable[..., Any]) -> Callable[..., Any]:
        def create(*args: Any, **kwargs: Any) -> Any:
            try:
                kind = original(*args, **kwargs)
            except BaseException as error:
                step_out(error)
                raise
            # Not by the patches: they would keep it alive.
            kind.iter_errors = wraps(kind.iter_errors)(_watched(kind.iter_errors))
            return kind

        return create

    patches.replace(validators, "create", watched_create)


def _watched(original: Callable[..., Any]) -> Callable[..., Any]:
    def iter_errors(self: Any, *args: Any, **kwargs: Any) -> Any:
        errors = original(self, *args, **kwargs)
        # A schema given with the instance is deprecated, and the warning names who calls.
        if len(args) != 1 or kwargs or _is_inside(sys._getframe(1)):  # noqa: SLF001 - inspect costs start-up time
            return errors
        return _passed_on(self, args[0], errors)

    return iter_errors


def _is_inside(frame: FrameType | None) -> bool:
    """Whether a validator that is at work asked, and not the program."""
    for _ in range(_ASKING_CALLS_MAX):
        if frame is None or "jsonschema" not in frame.f_globals.get("__name__", ""):
            return False
        if frame.f_code.co_name in _INSIDE:
            return True
        frame = frame.f_back
    return False


def _passed_on(validator: Any, instance: Any, errors: Iterator[Any]) -> Iterator[Any]:
    """Yield errors as they are found, and record them once no more is asked for."""
    found: list[Any] = []
    count = 0
    try:
        for error in errors:
            count += 1
            if len(found) < VALIDATION_FAILURES_MAX:
                found.append(error)
            yield error
    except BaseException as error:
        step_out(error)
        raise
    finally:
        if found:
            _tell(validator, instance, found, count, sys._getframe(1))  # noqa: SLF001 - inspect costs start-up time


def _tell(
    validator: Any, instance: Any, found: list[Any], count: int, frame: FrameType | None
) -> None:
    try:
        failures = [
            Failure(
                path=tuple(error.absolute_path),
                message=error.message,
                rule=str(error.validator),
                value=error.instance,
            )
            for error in found
        ]
        tell("jsonschema", _name(validator), failures, frame, count=count, given=instance)
    except Exception as fault:  # noqa: BLE001 - an edge: the program's own check
        guard.broke("validation of jsonschema", fault)


def _name(validator: Any) -> str:
    """Return what a schema calls itself, or the draft that it is written in."""
    schema = validator.schema
    given = schema.get("title") or schema.get("$id") if type(schema) is dict else None
    return given if type(given) is str else type(validator).__name__
