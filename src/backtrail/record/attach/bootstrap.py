"""The start of recording in a process that `backtrail run` started, or in a child of one.

It runs before the program does, and leaves nothing behind that the program could stumble over.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from types import ModuleType

from backtrail.record import journal, switch
from backtrail.record.attach import imports, inherit

PYTEST = "_pytest.config"
PYTEST_PLUGIN = "backtrail.testing.plugin"
"""Named and not imported: it belongs to a stage above this one, and only pytest loads it."""

_OWN_COMMAND = "backtrail"
_LENT = ("backtrail", "msgspec")
_NO_SCRIPT = ("", "-c", "-m")


def begin(given: Mapping[str, str], *, loaded: Collection[str]) -> None:
    """Record this process as a part of the run that the variables name.

    `loaded` are the modules that would be there without us.
    """
    inherit.handed_on.update(given)
    if not is_our_own(sys.argv, sys.orig_argv):
        switch.start(directory=given["BACKTRAIL_DIR"])
        imports.when_imported(PYTEST, add_plugin)
        # Opens the journal: a program that has nothing to say was there all the same.
        journal.append(b"")
    if not sys.flags.safe_path:
        uncover(script_folder(sys.argv), loaded=loaded)


def is_our_own(arguments: Sequence[str], command: Sequence[str]) -> bool:
    """Whether `sys.argv` and `sys.orig_argv` are those of a `backtrail` command."""
    script = arguments[0] if arguments else ""
    if script == "-m" and "-m" in command[:-1]:
        script = command[command.index("-m") + 1]
    return os.path.basename(script) == _OWN_COMMAND


def add_plugin(config: ModuleType) -> None:
    """Have pytest load our plugin with its own, which it neither lists nor counts as installed."""
    names = vars(config)
    names["default_plugins"] = (*names["default_plugins"], PYTEST_PLUGIN)


def script_folder(arguments: Sequence[str]) -> str:
    """Return the folder in which the program's own modules are looked for first."""
    script = arguments[0] if arguments else ""
    if script in _NO_SCRIPT:
        return os.getcwd()
    path = os.path.realpath(script)
    return path if os.path.isdir(path) else os.path.dirname(path)


def uncover(folder: str, *, loaded: Collection[str]) -> None:
    """Let modules of the program's folder be found that have the names of ones that we needed.

    A program may bring a `queue.py` of its own. Without us nothing had imported the standard
    library's by now; we keep what we hold of it, and its name is free again.
    """
    own = _modules_in(folder).difference(loaded, _LENT)
    covered = {name for name in own if _is_from_file(name)}
    for name in list(sys.modules):
        if name.partition(".")[0] in covered:
            del sys.modules[name]


def _modules_in(folder: str) -> set[str]:
    """Return the names that an import finds there; a folder without `__init__` yields to others."""
    try:
        entries = os.listdir(folder)
    except OSError:
        return set()
    return {
        entry.partition(".")[0]
        for entry in entries
        if "." in entry or os.path.exists(os.path.join(folder, entry, "__init__.py"))
    }


def _is_from_file(name: str) -> bool:
    return getattr(sys.modules.get(name), "__file__", None) is not None
