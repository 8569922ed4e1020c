"""What is recorded of what a program does by itself, feature by feature, as the settings name them.

A feature's modules are loaded only when it is on: a program that wants none pays for none.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from backtrail.record import guard

FEATURES: dict[str, str] = {
    "http": "backtrail.record.calls.watching",
    "llm": "backtrail.record.calls.watching",
    "handled": "backtrail.record.instrument.handled",
    "clock": "backtrail.record.instrument.clock",
    "state": "backtrail.record.instrument.state",
    "files": "backtrail.record.effects.files",
    "subprocesses": "backtrail.record.effects.processes.popen",
    "environment": "backtrail.record.effects.environment",
    "sql": "backtrail.record.effects.sql",
    "locks": "backtrail.record.locks.feature",
    "measures": "backtrail.record.measures.process_use",
    "validation": "backtrail.record.validation.feature",
}
"""By its word in the setting `watch`: our module, which has `watch()` and `unwatch()`."""

_on: dict[str, ModuleType] = {}


def watch_features(wanted: tuple[str, ...]) -> None:
    """Begin to record what these words name; one that breaks is counted and left out."""
    for word in wanted:
        name = FEATURES.get(word)
        if name is None or name in _on:
            continue
        try:
            module = importlib.import_module(name)
            module.watch()
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke(f"watch {word}", error)
        else:
            _on[name] = module


def unwatch_features() -> None:
    """Record none of it from here on, and leave everything as it was."""
    while _on:
        _on.popitem()[1].unwatch()
