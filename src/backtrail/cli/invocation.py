"""What one run of the command line is given by its surroundings."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

from backtrail.model.clock import SYSTEM_CLOCK, Clock

WIDTH_MIN, WIDTH_MAX = 60, 120
"""Columns that a page is laid out for, whatever the terminal."""
WIDTH_IN_A_PIPE = 100


class Invocation:
    """Working directory, environment, clock and terminal; tests hand in their own."""

    def __init__(
        self,
        *,
        cwd: str | None = None,
        environ: Mapping[str, str] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.cwd = cwd or _working_directory()
        self.environ = dict(os.environ if environ is None else environ)
        self.clock = clock
        self.is_debug = False

    @property
    def color(self) -> bool | None:
        """Whether to colour; `None` leaves it to whether the output is a terminal."""
        if self.environ.get("NO_COLOR"):
            return False
        return True if self.environ.get("FORCE_COLOR") else None

    @property
    def width(self) -> int:
        """Columns to lay a page out for."""
        given = self.environ.get("COLUMNS", "")
        if given.isdecimal() and int(given) > 0:
            columns = int(given)
        elif sys.stdout.isatty():
            columns = shutil.get_terminal_size((WIDTH_IN_A_PIPE, 40)).columns
        else:
            columns = WIDTH_IN_A_PIPE
        return max(WIDTH_MIN, min(columns, WIDTH_MAX))


def _working_directory() -> str:
    """Return the working directory, or where it was if it has been removed."""
    try:
        return os.getcwd()  # noqa: PTH109 - pathlib costs start-up time
    except FileNotFoundError:
        return os.environ.get("PWD", os.sep)
