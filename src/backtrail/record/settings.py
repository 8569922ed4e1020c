"""Reads the settings from where they may stand, and finds the project's `.backtrail`."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping

from msgspec import structs

from backtrail.model import settings as model
from backtrail.model.errors import UsageError
from backtrail.model.settings import Layer, Settings
from backtrail.record.capture.redact import clean_text

HOME = ".backtrail"
"""Name of the folder in which everything recorded is kept."""
PROJECT_MARKS = ("pyproject.toml", "backtrail.toml", ".git")
PREFIX = "BACKTRAIL_"
NOT_SETTINGS = frozenset({"dir", "disabled", "run", "deadline_ns", "parent", "name"})
"""`BACKTRAIL_*` variables that are read elsewhere: they say where, or who started us."""


def find_home(start: str, environ: Mapping[str, str]) -> str:
    """Return the path of `.backtrail` for a program started in a folder, whether it exists or not.

    It is looked for upwards, as git does: an existing `.backtrail`, else beside the nearest file
    that marks a project, else in the folder itself. `BACKTRAIL_DIR` overrides.
    """
    if given := environ.get("BACKTRAIL_DIR"):
        return os.path.abspath(os.path.join(start, given))
    start = os.path.abspath(start)
    return os.path.join(_upwards(start, (HOME,)) or _upwards(start, PROJECT_MARKS) or start, HOME)


def _upwards(start: str, marks: tuple[str, ...]) -> str | None:
    folder = start
    while True:
        if any(os.path.exists(os.path.join(folder, mark)) for mark in marks):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def read_settings(
    home: str, environ: Mapping[str, str], arguments: Mapping[str, object] | None = None
) -> tuple[Settings, dict[str, str]]:
    """Return the settings in force for a `.backtrail` folder, and where each value came from.

    Raises:
        UsageError: a source cannot be read, or sets what does not fit.
    """
    settings, sources = model.settle(layers(home, environ, arguments or {}))
    if settings.session is not None:
        settings = structs.replace(settings, session=clean_text(settings.session))
    return settings, sources


def layers(home: str, environ: Mapping[str, str], arguments: Mapping[str, object]) -> list[Layer]:
    """Return what each source says, the strongest first."""
    found = [Layer(source="argument", values=arguments)] if arguments else []
    if is_disabled(environ):
        found.append(Layer(source="BACKTRAIL_DISABLED", values={"enabled": False}))
    for variable, text in environ.items():
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name not in NOT_SETTINGS and name in model.ABOUT:
            found.append(Layer(source=variable, values={name: text}))
    project = os.path.dirname(home)
    for path, table in (
        (os.path.join(home, "settings.toml"), ()),
        (os.path.join(project, "backtrail.toml"), ()),
        (os.path.join(project, "pyproject.toml"), ("tool", "backtrail")),
    ):
        if values := _read_table(path, table):
            found.append(Layer(source=os.path.relpath(path, project), values=values))
    return found


def is_disabled(environ: Mapping[str, str]) -> bool:
    """Whether `BACKTRAIL_DISABLED` switches recording off."""
    return model.parse_switch(environ.get("BACKTRAIL_DISABLED", ""), name="BACKTRAIL_DISABLED")


def _read_table(path: str, table: tuple[str, ...]) -> dict[str, object]:
    try:
        with open(path, "rb") as source:
            content = source.read()
    except OSError:
        return {}
    if table and ".".join(table).encode() not in content:
        return {}
    # Loaded only where there is a file to read: it would triple the time of a first import.
    tomllib = importlib.import_module("tomllib")
    try:
        found = tomllib.loads(content.decode())
    except ValueError as error:
        raise UsageError(f"{path} is not TOML: {error}", hint="mend or remove the file") from error
    for name in table:
        found = found.get(name, {}) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise UsageError(
            f"{path} has no table at {'.'.join(table)}", hint=f"write [{'.'.join(table)}]"
        )
    return found
