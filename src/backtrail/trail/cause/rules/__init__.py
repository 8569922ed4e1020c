"""Rules that hold events for causes, one module each: a new rule is a new file with `find`."""

from __future__ import annotations

import importlib
import pkgutil

from backtrail.trail.cause.finding import Rule


def all_rules() -> dict[str, Rule]:
    """Return every rule by the name of its module."""
    return {
        found.name.rpartition(".")[2]: importlib.import_module(found.name).find
        for found in sorted(
            pkgutil.walk_packages(__path__, f"{__name__}."), key=lambda module: module.name
        )
        if not found.ispkg
    }
