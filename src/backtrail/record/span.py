"""Spans: stretches of work inside a trace, written when they begin and when they end.

The beginning is written so that a span that never ends, because the process died in it, is still
seen. A span that begins where there is no trace but the process's own begins a trace of its own,
so that the operations of a long-lived program stay apart.
"""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Callable
from time import monotonic_ns
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backtrail.model import limits
from backtrail.model.kinds import Link, Status, TraceEnded, TraceStarted
from backtrail.record import entry, guard, journal, scope, sink, switch
from backtrail.record.attach.functions import wrap
from backtrail.record.capture.failure import described
from backtrail.record.capture.redact import clean_text, is_clean
from backtrail.record.capture.snapshot import snapshot_attributes
from backtrail.record.scope import Scope

F = TypeVar("F", bound=Callable[..., Any])

_names: set[str] = set()
_get, _activate, _next_id = scope.get, scope.activate, scope.next_id
_encode = msgspec.json.Encoder().encode
_known_names = entry.plain_names.issuperset


class StartLine(Struct, gc=False, omit_defaults=True):
    """The beginning of a span, as it stands in the journal."""

    t: int
    trace: Raw
    span: str
    name: str
    parent: str | UnsetType = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET


class EndLine(Struct, gc=False, omit_defaults=True):
    """The end of a span, as it stands in the journal."""

    t: int
    trace: Raw
    span: str
    status: Status
    error: str | UnsetType = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET


class Span(Struct):
    """A span of one name: a context manager, also `async with`, and a decorator."""

    name: str
    attributes: dict[str, Any]
    span_id: str = ""
    here: Scope | None = None
    """The scope inside it."""
    started_ns: int = 0
    is_ended: bool = False
    is_trace_root: bool = False
    """Whether the trace began with it, and so ends with it."""
    added: dict[str, Any] | None = None
    inside: Scope | None = None
    """Where the program was inside it when it stepped back."""

    def set(self, **attributes: Any) -> None:
        """Add attributes that are known only now; they are written when the span ends."""
        self.added = {**(self.added or {}), **attributes}

    def pause(self) -> None:
        """Step back while a generator is suspended."""
        try:
            if self.here is not None:
                self.inside = scope.step_out(self.here)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("span", error)

    def resume(self) -> None:
        """Step in again before the generator goes on, maybe in another thread or task."""
        try:
            if self.here is not None and self.inside is not None:
                scope.step_in(self.here, self.inside)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("span", error)

    def __enter__(self) -> Self:
        try:
            outer = _get()
            if outer.thread != get_ident() or scope.running_tasks:
                outer = scope.settled(outer)
            if outer.is_process_top:
                outer = _begin_trace(self, outer)
            attributes = self.attributes
            if attributes and not is_plain(attributes):
                attributes = snapshot_attributes(attributes)
            name = self.name if self.name in _names else _checked_name(self.name)
            trace, lane, parent = outer.trace, outer.lane, outer.span_id
            span_id = self.span_id = f"{_next_id():x}"
            now = self.started_ns = monotonic_ns()
            started = StartLine(now, lane.started, span_id, name, parent, attributes or UNSET)
            line = _encode(started) + b"\n"
            trace.open_spans[span_id] = self
            here = self.here = Scope(
                trace, lane, outer.thread, outer.task, span_id, outer.debug, outer.keep, outer, self
            )
            if trace.held is None:
                try:
                    journal.put(line)
                except ValueError:
                    journal.roll(line)
            else:
                sink.write(here, line)
            _activate(here)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("span", error)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
        /,
    ) -> None:
        try:
            here = self.here
            if here is None or self.is_ended:
                return
            self.is_ended = True
            trace = here.trace
            if raised is None and self.added is None:
                line = _encode(EndLine(monotonic_ns(), here.lane.ended, self.span_id, "ok")) + b"\n"
            else:
                line = _end_line(self, here, raised)
            trace.open_spans.pop(self.span_id, None)
            if trace.held is None:
                try:
                    journal.put(line)
                except ValueError:
                    journal.roll(line)
            else:
                sink.write(here, line)
            outer = here.outer
            if self.is_trace_root:
                sink.end_trace(trace, took_ns=monotonic_ns() - self.started_ns)
            if outer is not None and _get() is here and not outer.is_ended:
                _activate(outer)
            else:
                scope.leave(here)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("span", error)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
        /,
    ) -> None:
        self.__exit__(kind, raised, at)

    def __call__(self, function: F) -> F:
        """Return the function with each of its calls inside a span of this name."""
        return wrap(function, lambda: trace_span(self.name, **self.attributes))


def trace_span(name: str, /, **attributes: Any) -> Span:
    """Make a span, for `with` and `async with`, or as a decorator of any function.

    It ends with the status `ok`, `error` when an exception leaves it, or `cancelled`. Whatever
    is recorded inside belongs to it, in threads, tasks and child processes too.
    """
    return Span(name, attributes)


def _begin_trace(span: Span, outer: Scope) -> Scope:
    """Begin the trace of a span that belongs to no other."""
    span.is_trace_root = True
    return scope.at_top(scope.new_trace(span.name), outer=outer)


def _end_line(span: Span, here: Scope, raised: BaseException | None) -> bytes:
    """Make the end of a span that has more to say than that it ended well."""
    line = EndLine(monotonic_ns(), here.lane.ended, span.span_id, "ok")
    if raised is not None:
        line.status, line.error = _fate(raised)
    if span.added:
        line.attributes = snapshot_attributes(span.added)
    return _encode(line) + b"\n"


def is_plain(attributes: dict[str, Any]) -> bool:
    """Whether attributes can be written as they are: simple values, and nothing secret."""
    if not _known_names(attributes) and not entry.are_plain(attributes):
        return False
    for value in attributes.values():
        kind = type(value)
        if kind is str:
            if len(value) > limits.STRING_CHARS_MAX or not is_clean(value):
                return False
        elif not (kind is int or kind is float or kind is bool or value is None):
            return False
    return True


def _checked_name(name: Any) -> str:
    if type(name) is not str:
        return f"<{type(name).__name__}>"
    if len(name) > limits.STRING_CHARS_MAX or not is_clean(name):
        return clean_text(name[: limits.STRING_CHARS_MAX])
    if len(_names) < limits.CLEAN_STRINGS_MAX:
        _names.add(name)
    return name


def _fate(raised: BaseException) -> tuple[Status, str]:
    """Return the status that an exception leaves a span with, and the exception in a line."""
    names = {kind.__name__ for kind in type(raised).__mro__}
    is_cancelled = not names.isdisjoint({"CancelledError", "GeneratorExit"})
    return "cancelled" if is_cancelled else "error", described(raised)


class Silent(Struct):
    """Stands in for a span, or an operation, while recording is off."""

    trace_id: str = ""

    def set(self, **attributes: Any) -> None:
        """Do nothing."""

    def end(self, raised: BaseException | None = None) -> None:
        """Do nothing."""

    def pause(self) -> None:
        """Do nothing."""

    def resume(self) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Do nothing."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        """Do nothing."""

    def __call__(self, function: F) -> F:
        """Return the function as it is."""
        return function


SILENT = Silent()


def _silent(*_names: Any, **_attributes: Any) -> Silent:
    return SILENT


class Operation(Struct):
    """A trace of its own, begun where it is made; `with` ends it."""

    scope: Scope
    started_ns: int

    @property
    def trace_id(self) -> str:
        """Its id: 32 hex digits."""
        return self.scope.trace.trace_id

    def end(self, raised: BaseException | None = None) -> None:
        """Write its end, and go back to the trace that it was begun in."""
        try:
            trace = self.scope.trace
            if trace.is_ended:
                return
            status: Status = "ok" if raised is None else _fate(raised)[0]
            sink.record_event("trace.ended", TraceEnded(status=status), here=self.scope)
            sink.end_trace(trace, took_ns=monotonic_ns() - self.started_ns)
            scope.leave(self.scope)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("operation", error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
        /,
    ) -> None:
        self.end(raised)


def start_operation_trace(name: str, /, **attributes: Any) -> Operation:
    """Begin a trace of its own for one operation, linked to the one it was begun in.

    It is the present trace until it ends: by `with`, or by calling `end()`.
    """
    try:
        outer = scope.current()
        here = scope.at_top(scope.new_trace(_checked_name(name)), outer=outer)
        parent_span = None if outer.span_id is UNSET else str(outer.span_id)
        link = Link(relation="child.of", trace_id=outer.trace.trace_id, span_id=parent_span)
        body = TraceStarted(
            name=here.trace.name, links=[link], attributes=snapshot_attributes(attributes)
        )
        sink.record_event("trace.started", body, here=here)
        scope.activate(here)
        return Operation(here, monotonic_ns())
    except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
        guard.broke("operation", error)
        return Operation(scope.at_top(scope.root()), monotonic_ns())


switch.rebind_when_disabled(trace_span, _silent)
switch.rebind_when_disabled(start_operation_trace, _silent)
