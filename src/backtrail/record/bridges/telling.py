"""One log event, whichever library it comes from.

Libraries forward to each other: structlog to logging, logging to loguru, loguru to logging. What
is forwarded while it is being told, or right after, is an echo and not recorded again.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from types import FrameType
from typing import Any, cast

import msgspec
from msgspec import Raw

from backtrail.model import limits
from backtrail.model.kinds import LogEmitted
from backtrail.record import guard, sink, switch
from backtrail.record.capture.failure import described
from backtrail.record.capture.redact import scrub
from backtrail.record.capture.snapshot import snapshot_attributes
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.error import capture_exception

ERROR_LEVELS = frozenset({"ERROR", "CRITICAL", "EXCEPTION", "FATAL"})
"""Levels at which an exception that comes with a message is an error."""
LEVEL_CHARS_MAX = 40

_encode = msgspec.json.Encoder().encode
_telling: dict[int, list[str]] = {}
"""By thread, the messages whose handlers run at this moment, the outermost first."""
_told: dict[int, str] = {}
"""By thread, a message that its library is about to forward."""
_handled: dict[int, str] = {}
"""By thread, the message that `logging` let through last."""


def tell(
    *,
    level: str,
    logger: str,
    message: str,
    file: str | None = None,
    line: int | None = None,
    function: str | None = None,
    attributes: dict[str, Any] | None = None,
    arguments: dict[str, Any] | None = None,
    error: BaseException | None = None,
    is_forwarded: bool = False,
) -> None:
    """Record a log event in the present scope, unless it is an echo.

    An exception that comes with it at level ERROR or above is recorded as an error too, once.
    `arguments` are what the message was put together from, where they have names.
    A message that `is_forwarded` is one that its library goes on to hand to another.
    """
    if not switch.is_enabled() or is_echo(message):
        return
    if is_forwarded:
        _remember(_told, message)
    level = level.upper()
    error_id = None
    if error is not None and level in ERROR_LEVELS:
        error_id = capture_exception(error, mechanism="log", is_handled=True)
    walk = Walk()
    if arguments:
        snapshot_attributes(arguments, walk)
    body = LogEmitted(
        level=shown_text(level, walk, LEVEL_CHARS_MAX),
        logger=shown_text(logger, walk),
        message=shown_text(message, walk, limits.TEXT_CHARS_MAX),
        file=file and shown_text(file, walk),
        line=line,
        function=function and shown_text(function, walk),
        attributes=snapshot_attributes(attributes, walk) if attributes else {},
        exception=None if error is None else described(error, walk),
        error_id=error_id or None,
    )
    if walk.taints:
        body = cast("LogEmitted", Raw(scrub(_encode(body), walk.taints)))
    sink.record_event("log.emitted", body, is_entry=True)


def is_echo(message: str) -> bool:
    """Whether a message is one that is being told, in this thread, by another library."""
    thread = get_ident()
    if message in _telling.get(thread, ()):
        return True
    told = _told.pop(thread, None)
    return told is not None and bool(told) and told in message


def begin_telling(message: str) -> None:
    """Say that a message's handlers run from here on."""
    _telling.setdefault(get_ident(), []).append(message)


def end_telling() -> None:
    """Say that they have run."""
    thread = get_ident()
    messages = _telling.get(thread)
    if messages:
        messages.pop()
    if not messages:
        _telling.pop(thread, None)


def begin_handling(message: str) -> None:
    """Say that `logging` hands a message to its handlers next, unless nobody wants it."""
    _remember(_handled, message)


def is_handled(message: str) -> bool:
    """Whether `logging` is handing this message to its handlers, further out on the stack."""
    logging = sys.modules.get("logging")
    if logging is None or _handled.get(get_ident()) != message:
        return False
    handle = logging.Logger.handle.__code__
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - inspect costs start-up time
    for _ in range(limits.FORWARDING_CALLS_MAX):
        if frame is None or frame.f_code is handle:
            break
        frame = frame.f_back
    return frame is not None and frame.f_code is handle


def _remember(messages: dict[int, str], message: str) -> None:
    if len(messages) > limits.LOG_THREADS_MAX:
        messages.clear()
    messages[get_ident()] = message


def text_of(value: Any) -> str:
    """Return a message as text, without running code of the program's own classes."""
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    guard.count("log message is no text")
    return f"<{type(value).__name__}>"
