"""Libraries that a program uses are watched as soon as it imports them, under `backtrail run`."""

from __future__ import annotations

import importlib
from types import ModuleType

from backtrail.record.attach.imports import when_imported
from backtrail.record.attach.patching import Patches

WATCHED: dict[str, tuple[str, str]] = {
    "logging": ("logs", "watch_logging"),
    "structlog._base": ("structlog_bridge", "watch_structlog"),
    "loguru._handler": ("loguru_bridge", "watch_loguru"),
    "opentelemetry.sdk.trace": ("otel_bridge", "watch_opentelemetry"),
}
"""By the module that is waited for: our module that watches it, and its function."""


class _Watching:
    """What is watched at present."""

    def __init__(self) -> None:
        self.patches = Patches()
        self.is_on = False


_watching = _Watching()


def watch_libraries() -> None:
    """Record from here on what the program tells its logging and tracing libraries."""
    if not _watching.is_on:
        _watching.is_on = True
        for name in WATCHED:
            when_imported(name, _watch)


def unwatch_libraries() -> None:
    """Let the libraries be as they were."""
    _watching.is_on = False
    _watching.patches.restore()


def _watch(library: ModuleType) -> None:
    if _watching.is_on:
        ours, function = WATCHED[library.__name__]
        # Loaded only here: a program that does not use the library must not pay for it.
        module = importlib.import_module(f"backtrail.record.bridges.{ours}")
        getattr(module, function)(_watching.patches, library)
