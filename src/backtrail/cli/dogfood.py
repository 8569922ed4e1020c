"""Records Backtrail's own commands, where `backtrail dev dogfood` asked for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import click

from backtrail.cli.invocation import Invocation
from backtrail.model.errors import BacktrailError
from backtrail.record import switch
from backtrail.record.debugger import get_debugger
from backtrail.record.error import capture_exception
from backtrail.record.settings import find_home, read_settings

SESSION = "dogfood"
"""The session of all traces of our own commands."""
_log = get_debugger("backtrail.cli")
NOT_RECORDED = frozenset({"run", "tail", "dev"})
"""`run` writes its own part of the program's trace, `tail` would follow itself for ever, and `dev`
is how one gets out of this."""


@contextmanager
def recorded(invocation: Invocation, arguments: Sequence[str]) -> Iterator[None]:
    """Record what happens inside as a command of ours, where the settings say so."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    home = find_home(invocation.cwd, invocation.environ)
    if not command or command in NOT_RECORDED or not _is_wanted(home, invocation):
        yield
        return
    switch.start(directory=home, session=SESSION)
    _log("run_command", command=command)
    try:
        yield
    except BacktrailError as error:
        _log("refuse_command", message=error.message, hint=error.hint)
        raise
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except Exception as error:
        capture_exception(error, mechanism="uncaught", is_handled=False)
        raise
    finally:
        switch.stop()


def _is_wanted(home: str, invocation: Invocation) -> bool:
    """Settings that do not fit are told by the command itself, not here."""
    with suppress(BacktrailError, OSError):
        settings, _sources = read_settings(home, invocation.environ)
        return settings.enabled and settings.dogfood
    return False
