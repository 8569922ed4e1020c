"""What can go wrong in a way that the user can act on.

A message is one sentence without a full stop that names the thing and its value; the hint is what
to do next. Each class maps once to an exit code; anything else that is raised is a bug.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command says to the shell."""

    OK = 0
    FAILED = 1
    """The checked thing failed: a verdict, a validation, an assertion."""
    USAGE = 2
    INFRASTRUCTURE = 3
    """Network, engine, disk or provider."""
    NOT_FOUND = 4
    REFUSED = 5
    """By policy, permission, or because the format is newer than the program."""
    INTERRUPTED = 130


class BacktrailError(Exception):
    """The user can act on this."""

    exit_code = ExitCode.INFRASTRUCTURE

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BacktrailError):
    """A command, an argument or a setting is not what it may be."""

    exit_code = ExitCode.USAGE


class NotFoundError(BacktrailError):
    """An id, a file or a store is not there."""

    exit_code = ExitCode.NOT_FOUND


class NewerFormatError(BacktrailError):
    """A file was written by a later version than this one."""

    exit_code = ExitCode.REFUSED


class StoreError(BacktrailError):
    """The store cannot be read or written."""


class DamagedCatalogError(StoreError):
    """The catalogue's file is damaged; it can be made anew from the journal."""


class EntryRuleError(BacktrailError):
    """A debug entry breaks a rule; raised only where the program asked for `strict=True`."""

    exit_code = ExitCode.USAGE


class CannotRunError(BacktrailError):
    """There is such a command, and the system refuses to run it."""

    exit_code = ExitCode.REFUSED


class MissingPartError(BacktrailError):
    """A part that only some users need is not installed."""


class RefusedError(BacktrailError):
    """What is asked for is not allowed."""

    exit_code = ExitCode.REFUSED


class UnreachableError(BacktrailError):
    """A server does not answer, or answers what it should not."""
