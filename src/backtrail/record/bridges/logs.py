"""`logging`, recorded: by a handler that the program adds, or by watching every logger.

Watching adds no handler, so that `logging.basicConfig` still does its work. It sees what loggers
let through by their levels and filters, whatever handlers then do with it.
"""

from __future__ import annotations

import logging
from _thread import get_ident
from collections.abc import Callable
from types import ModuleType
from typing import Any

from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.bridges.telling import begin_telling, end_telling, tell

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes that every record has; any other is what the program added."""

_in_flight: set[int] = set()
"""Identities of the records that are watched on their way to the handlers."""
_formatting: set[int] = set()
"""Threads in which a message is being put together; what that logs is not followed."""


class BacktrailHandler(logging.Handler):
    """Records what it is given, in the trace in which the program is."""

    def emit(self, record: logging.LogRecord) -> None:
        """Record a log record; one that the recorder has seen already is passed over."""
        if id(record) not in _in_flight:
            record_log(record)


def watch_logging(patches: Patches, module: ModuleType) -> None:
    """Record what every logger lets through."""
    patches.replace(module.Logger, "callHandlers", _call_handlers)


def record_log(record: logging.LogRecord) -> str | None:
    """Record a log record, and return its message."""
    thread = get_ident()
    if thread in _formatting:
        return None
    _formatting.add(thread)
    try:
        message = _message(record)
    finally:
        _formatting.discard(thread)
    try:
        tell(
            level=record.levelname,
            logger=record.name,
            message=message,
            file=record.pathname,
            line=record.lineno,
            function=record.funcName,
            attributes={k: v for k, v in vars(record).items() if k not in STANDARD},
            error=_error(record),
        )
    except Exception as error:  # noqa: BLE001 - an edge: the program's own logging
        guard.broke("logging", error)
    return message


def _message(record: logging.LogRecord) -> str:
    """Put a message together as the program's own handlers would; what fails stays a template."""
    try:
        return str(record.getMessage())
    except Exception:  # noqa: BLE001 - the program's arguments do not fit
        guard.count("log message not put together")
        return record.msg if type(record.msg) is str else f"<{type(record.msg).__name__}>"


def _error(record: logging.LogRecord) -> BaseException | None:
    given = record.exc_info
    error = given[1] if type(given) is tuple and len(given) > 1 else given
    return error if isinstance(error, BaseException) else None


def _call_handlers(original: Callable[..., Any]) -> Callable[..., Any]:
    def call_handlers(self: Any, record: Any) -> Any:
        known = id(record)
        message = record_log(record) or ""
        _in_flight.add(known)
        begin_telling(message)
        try:
            return original(self, record)
        except BaseException as error:
            step_out(error)
            raise
        finally:
            end_telling()
            _in_flight.discard(known)

    # Where a handler fails, logging prints the stack from its own innermost file outwards.
    call_handlers.__code__ = call_handlers.__code__.replace(
        co_filename=original.__code__.co_filename
    )
    return call_handlers
