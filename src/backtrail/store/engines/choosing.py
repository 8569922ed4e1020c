"""Chooses where a project's catalogue is kept, by the setting `store`."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from backtrail.model.errors import MissingPartError, UsageError
from backtrail.store.engines.protocol import EnginePlace, Format
from backtrail.store.engines.sqlite import SqlitePlace

SQLITE = "sqlite"
SCHEMES = ("postgresql://", "postgres://")


def place_of(home: Path, store: str | None, wanted: Format) -> EnginePlace:
    """Return where the catalogue of a `.backtrail` directory is.

    Args:
        home: the directory.
        store: the setting; `None` or `sqlite` is a file in the directory.
        wanted: what a catalogue of this program looks like.

    Raises:
        UsageError: there is no such engine.
        MissingPartError: what it needs is not installed.
    """
    if store in {None, "", SQLITE}:
        return SqlitePlace(home=home, format=wanted)
    assert store is not None
    if not store.startswith(SCHEMES):
        raise UsageError(
            f"the setting store begins with {store.partition('://')[0][:20]!r}, which is no engine",
            hint="use sqlite, or postgresql://user@host/database",
        )
    module = _part("backtrail.store.engines.schemas")
    place: EnginePlace = module.PostgresPlace.of(store, home=home, wanted=wanted)
    return place


def _part(module: str) -> Any:  # noqa: ANN401 - a module, loaded only where it is wanted
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "backtrail":
            raise
        raise MissingPartError(
            f"a store on PostgreSQL needs {missing}, which is not installed",
            hint='pip install "backtrail[postgres]"',
        ) from error
