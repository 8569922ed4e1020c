"""`structlog`, recorded: by a processor that the program adds, or by watching every logger."""

from __future__ import annotations

import sys
from collections.abc import Callable, MutableMapping
from types import FrameType, ModuleType
from typing import Any

from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.bridges.telling import tell, text_of

EventDict = MutableMapping[str, Any]

_OWN = frozenset({"event", "level", "logger", "logger_name", "exc_info", "timestamp"})
"""Members of an event that are no attributes."""
_FRAMES_MAX = 50
"""Calls of structlog that may lie between us and the program."""


class BacktrailProcessor:
    """A processor that records every event that reaches it, and returns it unchanged.

    Put it where events are still dictionaries: before the renderer, behind the filters.
    """

    def __call__(self, logger: Any, method_name: str, event_dict: EventDict) -> EventDict:
        """Record an event, and hand it on."""
        record_event(logger, method_name, event_dict)
        return event_dict


def watch_structlog(patches: Patches, module: ModuleType) -> None:
    """Record what every logger's processors let through."""
    patches.replace(module.BoundLoggerBase, "_process_event", _process_event)


def record_event(logger: Any, method_name: str, event_dict: EventDict) -> None:
    """Record an event of structlog."""
    try:
        frame = _caller()
        name = event_dict.get("logger") or event_dict.get("logger_name")
        tell(
            level=text_of(method_name),
            logger=name if type(name) is str else _name_of(logger),
            message=text_of(event_dict.get("event", "")),
            file=frame.f_code.co_filename if frame else None,
            line=frame.f_lineno if frame else None,
            function=frame.f_code.co_name if frame else None,
            attributes={key: event_dict[key] for key in event_dict if key not in _OWN},
            error=_error(event_dict.get("exc_info"), method_name),
            is_forwarded=True,
        )
    except Exception as error:  # noqa: BLE001 - an edge: the program's own logging
        guard.broke("structlog", error)


def _process_event(original: Callable[..., Any]) -> Callable[..., Any]:
    def process_event(self: Any, method_name: str, event: Any, event_kw: dict[str, Any]) -> Any:
        try:
            made = original(self, method_name, event, event_kw)
        except BaseException as error:
            step_out(error)
            raise
        try:
            if not any(type(one) is BacktrailProcessor for one in self._processors):
                given = {**self._context, **event_kw, "event": "" if event is None else event}
                record_event(self._logger, method_name, given)
        except Exception as error:  # noqa: BLE001 - an edge: the program's own logging
            guard.broke("structlog", error)
        return made

    return process_event


def _caller() -> FrameType | None:
    """Return the innermost call that is neither ours nor structlog's."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - inspect costs start-up time
    for _ in range(_FRAMES_MAX):
        if frame is None:
            break
        module = frame.f_globals.get("__name__", "")
        if not str(module).startswith(("structlog.", "backtrail.record.")):
            return frame
        frame = frame.f_back
    return None


def _name_of(logger: Any) -> str:
    """Return the name of a logger of `logging`; of others, their kind."""
    logging = sys.modules.get("logging")
    if logging is not None and logging.Logger in type(logger).__mro__:
        return text_of(logger.name)
    return type(logger).__name__


def _error(given: Any, method_name: str) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if type(given) is tuple and len(given) > 1 and isinstance(given[1], BaseException):
        return given[1]
    is_present = given is True or (given is None and method_name == "exception")
    return sys.exc_info()[1] if is_present else None
