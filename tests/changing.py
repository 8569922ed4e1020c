"""Runs code with the sites of changes in this process, for tests of what they tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backtrail.record.instrument.rewrite import rewritten
from backtrail.record.instrument.writes import site
from backtrail.record.instrument.writes.marker import Marker
from recorded import events, recording


def names_of(source: str, path: str) -> dict[str, Any]:
    """Return what a source defines, with sites in it."""
    code = rewritten(source.encode(), path, [Marker(site.Write)])
    assert code is not None
    names: dict[str, Any] = {"__name__": "program"}
    exec(code, names)
    return names


def changes_of(source: str, folder: Path, *, times: int = 1) -> list[dict[str, Any]]:
    """Call the function `f` of a source so often; return the changes that were told."""
    site.begin()
    try:
        with recording(folder / "home"):
            names = names_of(source, str(folder / "program.py"))
            for _ in range(times):
                names["f"]()
        return [event.body for event in events(folder / "home", "state.changed")]
    finally:
        site.end()
