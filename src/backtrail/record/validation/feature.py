"""Records what libraries refuse, as soon as the program imports them."""

from __future__ import annotations

import importlib
from types import ModuleType

from backtrail.record.attach.imports import when_imported
from backtrail.record.attach.patching import Patches
from backtrail.record.validation.telling import listen

WATCHED: dict[str, tuple[str, str]] = {
    "json.decoder": ("json_documents", "watch_json"),
    "jsonschema.validators": ("jsonschema_checks", "watch_schemas"),
    "msgspec": ("msgspec_shapes", "watch_structs"),
    "pydantic.main": ("pydantic_models", "watch_models"),
    "pydantic.root_model": ("pydantic_models", "watch_root_models"),
    "pydantic.type_adapter": ("pydantic_models", "watch_adapters"),
    "pydantic._internal._dataclasses": ("pydantic_models", "watch_dataclasses"),
    "pydantic._internal._validate_call": ("pydantic_models", "watch_calls"),
}
"""By the module that is waited for: our module that watches it, and its function."""


class _Watching:
    """What is watched at present."""

    def __init__(self) -> None:
        self.patches = Patches()
        self.is_on = False


_watching = _Watching()


def watch() -> None:
    """Record from here on what is refused."""
    if not _watching.is_on:
        _watching.is_on = True
        listen(is_on=True)
        for name in WATCHED:
            when_imported(name, _watch)


def unwatch() -> None:
    """Let the libraries be as they were."""
    _watching.is_on = False
    _watching.patches.restore()
    listen(is_on=False)


def _watch(library: ModuleType) -> None:
    if _watching.is_on:
        ours, function = WATCHED[library.__name__]
        # Loaded only here: a program that does not use the library must not pay for it.
        module = importlib.import_module(f"backtrail.record.validation.{ours}")
        getattr(module, function)(_watching.patches, library)
