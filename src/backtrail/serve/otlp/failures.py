"""Exceptions that spans and log records tell of, as errors of their own."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from msgspec import Struct

from backtrail.model import ids
from backtrail.model.event import Json
from backtrail.model.kinds import ErrorRaised, ExceptionInfo, Mechanism
from backtrail.model.limits import TEXT_CHARS_MAX
from backtrail.record.capture.values.walk import shown_text
from backtrail.record.occurrence.repeats import fingerprint_of
from backtrail.serve.otlp.showing import Page
from backtrail.serve.otlp.tracebacks import read_traceback

EXCEPTION = "exception"
"""Name of the event of a span that tells of one."""
TYPE, MESSAGE, STACKTRACE = "exception.type", "exception.message", "exception.stacktrace"
_FACTS = (
    "service.name", "service.version", "service.instance.id", "host.name", "process.pid",
    "process.command", "telemetry.sdk.language", "deployment.environment.name",
)  # fmt: skip
_ENTROPY_BYTES = 10


class Occurrence(Struct, frozen=True, kw_only=True):
    """Where and how an exception was told of."""

    trace_id: str
    span_id: str | None
    time_unix_ns: int
    position: int
    """Among those of its span: with the ids it makes the error's own id."""
    mechanism: Mechanism
    is_handled: bool
    session: str | None = None


def is_exception(attributes: dict[str, Any]) -> bool:
    """Tell whether attributes describe an exception."""
    return bool(attributes.get(TYPE) or attributes.get(MESSAGE))


def described(attributes: dict[str, Any], page: Page) -> str:
    """Return an exception in a line: `KeyError: 'user'`."""
    kind = _text(attributes, TYPE).rpartition(".")[2] or "Exception"
    message = _text(attributes, MESSAGE)
    shown = page.name(kind)
    return f"{shown}: {shown_text(message, page.walk, TEXT_CHARS_MAX)}" if message else shown


def error_of(
    attributes: dict[str, Any], resource: dict[str, Json], here: Occurrence, page: Page
) -> ErrorRaised:
    """Make the error of what `exception.*` attributes say; the resource is shown already."""
    qualified = page.name(_text(attributes, TYPE) or "Exception")
    message = shown_text(_text(attributes, MESSAGE), page.walk, TEXT_CHARS_MAX)
    stack = _text(attributes, STACKTRACE)
    chain = read_traceback(stack, page) if stack else []
    frames = chain[0].frames if chain else []
    notes = [page.text(stack)] if stack and not frames else []
    first = ExceptionInfo(
        type=qualified.rpartition(".")[2],
        qualified_type=qualified,
        message=message,
        notes=notes,
        frames_cut=chain[0].frames_cut if chain else 0,
    )
    identity: tuple[object, ...] = (qualified,)
    if frames:
        raised = frames[0]
        identity = (qualified, raised.file.rpartition("/")[2], raised.qualified, raised.line)
    return ErrorRaised(
        error_id=_error_id(here),
        type=first.type,
        message=message,
        mechanism=here.mechanism,
        is_handled=here.is_handled,
        fingerprint=fingerprint_of(identity),
        frames=frames,
        chain=[first, *chain[1:]],
        process={name: resource[name] for name in _FACTS if name in resource},
        session=here.session,
    )


def _error_id(here: Occurrence) -> str:
    """Make an id that is the same when the same span comes again."""
    told = f"{here.trace_id}\0{here.span_id}\0{here.position}\0{here.time_unix_ns}"
    entropy = sha256(told.encode()).digest()[:_ENTROPY_BYTES]
    return ids.uuid7(here.time_unix_ns, entropy)


def _text(attributes: dict[str, Any], name: str) -> str:
    value = attributes.get(name)
    return value if isinstance(value, str) else "" if value is None else str(value)
