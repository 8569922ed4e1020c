"""What to run: the command as it was typed, made into what the system starts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from backtrail.model.errors import UsageError

_PYTHONS = ("python", "python3")
_PYTHON_OPTIONS = ("-m", "-c")


def command_line(typed: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Return the argument list to start for what was typed.

    A command is started as it is. `-m module`, `-c code` and a Python file that says nothing of
    its interpreter are given to the Python that `python` means to the user's shell.

    Raises:
        UsageError: it is an option, and none of Python's that can stand alone.
    """
    first = typed[0]
    if first.startswith("-"):
        if not first.startswith(_PYTHON_OPTIONS):
            raise UsageError(
                f"no such option: {first}", hint="`backtrail run --help` lists the options"
            )
        return [_python(environ), *typed]
    if first.endswith((".py", ".pyw")) and not _names_its_interpreter(Path(first)):
        return [_python(environ), *typed]
    return list(typed)


def _python(environ: Mapping[str, str]) -> str:
    folders = os.get_exec_path(environ)
    for name in _PYTHONS:
        if any(os.access(Path(folder, name), os.X_OK) for folder in folders):
            return name
    return _PYTHONS[0]


def _names_its_interpreter(path: Path) -> bool:
    """Whether a path would run as a command: it has a folder, the permission and a `#!` line."""
    if "/" not in str(path) and path.parent == Path():
        return False
    if not os.access(path, os.X_OK):
        return False
    with path.open("rb") as script:
        return script.read(2) == b"#!"
