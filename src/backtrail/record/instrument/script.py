"""The program's main script, which no loader brings, gets its sites just before it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from backtrail.record import guard
from backtrail.record.effects import audit
from backtrail.record.instrument import stand_in

EVENT = "exec"
_CALLS_OF_OURS = 2
"""The hook, and what it calls."""


def watch(with_sites: Callable[[CodeType], CodeType]) -> None:
    """Exchange the code of the main script, as soon as it is about to run."""
    if _has_begun():
        return
    memory = stand_in.open_memory()
    if memory is None:
        guard.count("main script without sites: this Python is not known")
        return

    def take(arguments: tuple[Any, ...]) -> None:
        if not _is_called_by_interpreter():
            return
        audit.ignore(EVENT)
        try:
            _exchange(memory, arguments[0], with_sites)
        except Exception as error:  # noqa: BLE001 - an edge: it would keep the program from running
            guard.broke("main script", error)

    audit.listen_plainly(EVENT, take)


def unwatch() -> None:
    """Let the main script be as it is."""
    audit.ignore(EVENT)


def _has_begun() -> bool:
    """Whether the main script runs already: we were started by the program itself."""
    main = sys.modules.get("__main__")
    return main is None or "__file__" in vars(main)


def _is_called_by_interpreter() -> bool:
    """Whether no Python code caused the event, only the interpreter itself."""
    try:
        sys._getframe(_CALLS_OF_OURS + 1)  # noqa: SLF001 - inspect costs start-up time
    except ValueError:
        return True
    return False


def _exchange(
    memory: stand_in.Memory, code: object, with_sites: Callable[[CodeType], CodeType]
) -> None:
    names = vars(sys.modules["__main__"])
    if type(code) is not CodeType or names.get("__file__") != code.co_filename:
        return
    made = with_sites(code)
    if made is not code and not stand_in.let_run(memory, code, FunctionType(made, names)):
        guard.count("main script without sites: its code cannot be exchanged")
