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

from backtrail.model import limits
from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.bridges.telling import begin_handling, tell

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes that every record has; any other is what the program added."""

_seen: dict[int, tuple[int, float]] = {}
"""By thread, identity and time of the record that was let through last."""
_formatting: set[int] = set()
"""Threads in which a message is being put together; what that logs is not followed."""


class BacktrailHandler(logging.Handler):
    """Records what it is given, in the trace in which the program is."""

    def emit(self, record: logging.LogRecord) -> None:
        """Record a log record; one that the recorder has seen already is passed over."""
        if _seen.get(get_ident()) != (id(record), record.created):
            record_log(record)


def watch_logging(patches: Patches, module: ModuleType) -> None:
    """Record what every logger lets through.

    A logger asks its filters last, right before it calls the handlers. To be there, and not around
    the handlers, keeps us off the stack that logging prints where a handler fails.
    """
    patches.replace(module.Logger, "filter", _filter)


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
            arguments=record.args if type(record.args) is dict else None,
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


def _filter(original: Callable[..., Any]) -> Callable[..., Any]:
    def filtered(self: Any, record: Any) -> Any:
        try:
            passed = original(self, record)
        except BaseException as error:
            step_out(error)
            raise
        if passed:
            _let_through(passed if isinstance(passed, logging.LogRecord) else record)
        return passed

    return filtered


def _let_through(record: logging.LogRecord) -> None:
    message = record_log(record)
    if message is not None:
        if len(_seen) > limits.LOG_THREADS_MAX:
            _seen.clear()
        _seen[get_ident()] = (id(record), record.created)
        begin_handling(message)
