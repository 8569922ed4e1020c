"""`loguru`, recorded: by a sink that the program adds, or by watching every handler."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Callable
from types import ModuleType
from typing import Any

from backtrail.model import limits
from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.bridges.telling import (
    begin_telling,
    end_telling,
    is_handled,
    tell,
    text_of,
)

_told: dict[int, Any] = {}
"""By thread, the time object of the last record: it is the same for all handlers of a record."""


def backtrail_sink(message: Any) -> None:
    """Record a message of loguru: `logger.add(backtrail_sink)`."""
    record_message(message.record)


def watch_loguru(patches: Patches, module: ModuleType) -> None:
    """Record what any handler takes by its level."""
    patches.replace(module.Handler, "emit", _emit)


def record_message(record: dict[str, Any]) -> None:
    """Record a record of loguru, unless another handler brought it already."""
    try:
        thread = get_ident()
        if _told.get(thread) is record["time"]:
            return
        if len(_told) > limits.LOG_THREADS_MAX:
            _told.clear()
        _told[thread] = record["time"]
        if is_handled(record["message"]):
            return
        raised = record["exception"]
        tell(
            level=text_of(record["level"].name),
            logger=text_of(record["name"] or "loguru"),
            message=text_of(record["message"]),
            file=record["file"].path,
            line=record["line"],
            function=record["function"],
            attributes=dict(record["extra"]),
            error=None if raised is None else raised.value,
        )
    except Exception as error:  # noqa: BLE001 - an edge: the program's own logging
        guard.broke("loguru", error)


def _emit(original: Callable[..., Any]) -> Callable[..., Any]:
    def emit(self: Any, record: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if self._levelno <= record["level"].no:
            record_message(record)
        begin_telling(record["message"])
        try:
            return original(self, record, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            raise
        finally:
            end_telling()

    return emit
