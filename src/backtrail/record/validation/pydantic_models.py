"""What models and type adapters of pydantic refuse, also when the program catches it.

The errors come from pydantic's compiled half, so what is watched are the functions that enter it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice
from types import FrameType, ModuleType
from typing import Any

from backtrail.model.limits import VALIDATION_ERRORS_MAX, VALIDATION_FAILURES_MAX
from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.validation.telling import MISSING, Failure, tell

_CLASS_METHODS = ("model_validate", "model_validate_json", "model_validate_strings")
_ADAPTER_METHODS = ("validate_python", "validate_json", "validate_strings")


def watch_models(patches: Patches, main: ModuleType) -> None:
    """Record what models refuse."""
    patches.replace(main.BaseModel, "__init__", _watched)
    for name in _CLASS_METHODS:
        patches.replace_class_method(main.BaseModel, name, _watched)


def watch_root_models(patches: Patches, root_model: ModuleType) -> None:
    """Record what models with a root refuse."""
    patches.replace(root_model.RootModel, "__init__", _watched)


def watch_adapters(patches: Patches, type_adapter: ModuleType) -> None:
    """Record what type adapters refuse."""
    for name in _ADAPTER_METHODS:
        patches.replace(type_adapter.TypeAdapter, name, _watched)


def watch_calls(patches: Patches, validate_call: ModuleType) -> None:
    """Record what functions under `validate_call` refuse of their arguments."""
    patches.replace(validate_call.ValidateCallWrapper, "__call__", _watched)


def watch_dataclasses(patches: Patches, dataclasses: ModuleType) -> None:
    """Record what dataclasses of pydantic refuse, those that are made from here on."""
    patches.replace(dataclasses, "complete_dataclass", _completing)


def _completing(original: Callable[..., Any]) -> Callable[..., Any]:
    def complete_dataclass(kind: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(kind, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            raise
        finally:
            # Not by the patches: they would keep it alive.
            kind.__init__ = wraps(kind.__init__)(_watched(kind.__init__))

    return complete_dataclass


def _watched(original: Callable[..., Any]) -> Callable[..., Any]:
    def validate(self: Any, /, *args: Any, **data: Any) -> Any:
        try:
            return original(self, *args, **data)
        except BaseException as error:
            step_out(error)
            _look(error, args[0] if args else data, sys._getframe(1))  # noqa: SLF001 - inspect costs start-up time
            raise

    return validate


def _look(error: Any, given: Any, frame: FrameType) -> None:
    """Record an error if it is one of pydantic's that was raised just here."""
    try:
        core = sys.modules["pydantic_core"]
        traceback = error.__traceback__
        is_raised_here = traceback is not None and traceback.tb_next is None
        if type(error) is core.ValidationError and is_raised_here:
            count = error.error_count()
            found = _failures(error) if count <= VALIDATION_ERRORS_MAX else iter(())
            tell("pydantic", error.title, found, frame, count=count, given=given)
    except Exception as fault:  # noqa: BLE001 - an edge: the program's own error
        guard.broke("validation of pydantic", fault)


def _failures(error: Any) -> Iterator[Failure]:
    for found in islice(
        error.errors(include_url=False, include_context=False), VALIDATION_FAILURES_MAX
    ):
        yield Failure(
            path=found["loc"],
            message=found["msg"],
            rule=found["type"],
            value=found.get("input", MISSING),
        )
