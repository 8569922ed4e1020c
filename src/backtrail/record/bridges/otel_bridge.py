"""OpenTelemetry's spans, recorded: by a span processor.

A span that begins inside one of our traces joins it as a child of the present span, under its own
span id; one that begins where there is none keeps the trace id that it came with. What begins
inside a span of OpenTelemetry goes where that went.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from msgspec import UNSET

from backtrail.model import limits
from backtrail.model.kinds import SpanEnded, SpanStarted, Status
from backtrail.record import guard, scope, sink, switch
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.capture.redact import clean_text
from backtrail.record.capture.snapshot import snapshot_attributes
from backtrail.record.capture.values.reach import taint_from, without
from backtrail.record.capture.values.walk import Walk
from backtrail.record.scope import Scope

_ERROR_CODE = 2
"""`StatusCode.ERROR`."""


class BacktrailSpanProcessor:
    """Records the beginning and the end of every span: `provider.add_span_processor(...)`."""

    def __init__(self) -> None:
        self.open: dict[int, Scope] = {}
        """The scope that each open span was begun in, by span id, oldest first."""

    def on_start(self, span: Any, parent_context: Any = None) -> None:  # noqa: ARG002 - as called
        """Record that a span begins."""
        try:
            if switch.is_enabled():
                self._start(span)
        except Exception as error:  # noqa: BLE001 - an edge: the program's own tracing
            guard.broke("otel", error)

    def on_end(self, span: Any) -> None:
        """Record that a span has ended."""
        try:
            here = self.open.pop(span.context.span_id, None)
            if here is not None:
                self._end(span, here)
        except Exception as error:  # noqa: BLE001 - an edge: the program's own tracing
            guard.broke("otel", error)

    def _on_ending(self, span: Any) -> None:
        """Do nothing: it has not ended yet."""

    def shutdown(self) -> None:
        """Do nothing: every event is written by now."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - as called
        """Return at once: every event is written by now."""
        return True

    def _start(self, span: Any) -> None:
        here, parent = self._place(span)
        if len(self.open) >= limits.OTEL_SPANS_MAX:
            self.open.pop(next(iter(self.open)), None)
            guard.count("otel span forgotten")
        self.open[span.context.span_id] = here
        body = SpanStarted(
            name=clean_text(str(span.name)[: limits.STRING_CHARS_MAX]),
            parent=parent,
            attributes=snapshot_attributes(dict(span.attributes or {})),
        )
        sink.record_event("span.started", body, here=here, span_id=_hex(span.context.span_id))

    def _place(self, span: Any) -> tuple[Scope, str | None]:
        """Return the scope that a span begins in, and the id of its parent."""
        above = span.parent
        if above is not None:
            known = self.open.get(above.span_id)
            here = known or _at_trace(above.trace_id)
            return here, _hex(above.span_id)
        if scope.peek() is None:
            return _at_trace(span.context.trace_id), None
        present = scope.current()
        return present, None if present.span_id is UNSET else str(present.span_id)

    def _end(self, span: Any, here: Scope) -> None:
        is_error = span.status.status_code.value == _ERROR_CODE
        status: Status = "error" if is_error else "ok"
        body = SpanEnded(
            status=status,
            error=_error(span) if is_error else None,
            attributes=snapshot_attributes(dict(span.attributes or {})),
        )
        sink.record_event("span.ended", body, here=here, span_id=_hex(span.context.span_id))


def watch_opentelemetry(patches: Patches, module: ModuleType) -> None:
    """Give every provider that the program makes a processor of ours."""
    patches.replace(module.TracerProvider, "__init__", _init)


def _init(original: Callable[..., Any]) -> Callable[..., Any]:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            original(self, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            raise
        try:
            self.add_span_processor(BacktrailSpanProcessor())
        except Exception as error:  # noqa: BLE001 - an edge: the program's own tracing
            guard.broke("otel", error)

    return init


def _at_trace(trace_id: int) -> Scope:
    return scope.at_top(scope.find(f"{trace_id:032x}"))


def _hex(span_id: int) -> str:
    return f"{span_id:016x}"


def _error(span: Any) -> str | None:
    """Return what a span says that went wrong, without the secrets that the exception quotes."""
    said = _said(span)
    error = sys.exc_info()[1]
    if said is None or error is None:
        return said
    walk = Walk()
    taint_from(error, walk)
    return without(said, walk)


def _said(span: Any) -> str | None:
    """Return the exception that a span recorded last, in a line, or what its status says."""
    for event in reversed(span.events or ()):
        attributes = event.attributes or {}
        if event.name == "exception" and "exception.type" in attributes:
            kind = str(attributes["exception.type"]).rpartition(".")[2]
            message = str(attributes.get("exception.message", ""))[: limits.TEXT_CHARS_MAX]
            return clean_text(f"{kind}: {message}")
    said = span.status.description
    return clean_text(str(said)[: limits.TEXT_CHARS_MAX]) if said else None
