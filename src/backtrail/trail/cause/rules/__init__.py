"""Rules that hold events for causes, one module each: a new rule is a new file with `find`."""

from __future__ import annotations

import importlib
import pkgutil

from backtrail.trail.cause.finding import Rule


def all_rules() -> dict[str, Rule]:
    """Return every rule by the name of its module."""
    return {
        found.name: importlib.import_module(f"{__name__}.{found.name}").find
        for found in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name)
    }
