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
_get, _activate = scope.get, scope.activate
_new = object.__new__
_encode = msgspec.json.Encoder().encode
_PLAIN_TYPES = frozenset({int, float, bool, type(None)})
_plain_names = entry.plain_names
_known_names = _plain_names.issuperset


class StartLine(Struct, gc=False):
    """The beginning of a span, as it stands in the journal."""

    t: int
    trace: Raw
    span: str
    name: str
    parent: str | UnsetType
    attributes: dict[str, Any]


class GoodEndLine(Struct, gc=False):
    """The end of a span that ended well and has nothing to add."""

    t: int
    trace: Raw
    """With the status behind it."""
    span: str | UnsetType


class EndLine(Struct, gc=False, omit_defaults=True):
    """The end of any other span, as it stands in the journal."""

    t: int
    trace: Raw
    span: str
    status: Status
    error: str | UnsetType = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET


class Span(Scope):
    """A span of one name: a context manager, also `async with`, and a decorator.

    While it is open it is the scope of all that is recorded inside it.
    """

    __slots__ = ("added", "inside", "started_ns")

    started_ns: int
    added: dict[str, Any] | None
    inside: Scope | None
    """Where the program was inside it when it stepped back."""

    @property
    def has_ended(self) -> bool:
        """Whether it is over."""
        return self.is_ended

    def set(self, **attributes: Any) -> None:
        """Add attributes that are known only now; they are written when the span ends."""
        self.added = {**(self.added or {}), **attributes}

    def pause(self) -> None:
        """Step back while a generator is suspended."""
        try:
            if self.started_ns:
                self.inside = scope.step_out(self)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("span", error)

    def resume(self) -> None:
        """Step in again before the generator goes on, maybe in another thread or task."""
        try:
            if self.inside is not None:
                scope.step_in(self, self.inside)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("span", error)

    def __enter__(self) -> Self:  # noqa: C901 - as in `debug`, each call that it saves is felt
        try:
            if self.started_ns and not _can_begin_again(self):
                return self
            outer = _get()
            lane = outer.lane
            if lane.thread != get_ident() or scope.running_tasks:
                outer = scope.settled(outer)
                lane = outer.lane
            if lane.is_process_top:
                outer = _begin_trace(self, outer)
                lane = outer.lane
            attributes = self.attributes
            for key in attributes:
                if key not in _plain_names or type(attributes[key]) not in _PLAIN_TYPES:
                    if not is_plain(attributes):
                        attributes = snapshot_attributes(attributes)
                    break
            name = self.name
            if type(name) is not str or name not in _names:
                name = _checked_name(name)
            self.lane = lane
            self.outer = outer
            span_id = self.span_id = next(scope.span_ids)
            now = self.started_ns = monotonic_ns()
            started = StartLine(now, lane.started, span_id, name, outer.span_id, attributes)
            line = _encode(started) + b"\n"
            if scope.may_hold and lane.trace.held is not None:
                sink.write(self, line)
            else:
                try:
                    journal.put(line)
                except ValueError:
                    journal.roll(line)
            _activate(self)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            _enter_plainly(self, error)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
        /,
    ) -> None:
        try:
            if self.is_ended or not self.started_ns:
                return
            self.is_ended = True
            lane = self.lane
            if raised is None and self.added is None:
                line = _encode(GoodEndLine(monotonic_ns(), lane.ended_well, self.span_id)) + b"\n"
            else:
                line = _end_line(self, raised)
            if scope.may_hold and lane.trace.held is not None:
                sink.write(self, line)
            else:
                try:
                    journal.put(line)
                except ValueError:
                    journal.roll(line)
            outer = self.outer
            if _get() is self and outer is not None and not outer.is_ended:
                _activate(outer)
            else:
                _leave(self)
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
    span = _new(Span)
    # Here and not in `__init__`, whose call would cost as much as all of these.
    span.name = name
    span.attributes = attributes
    span.span_id = UNSET
    span.started_ns = 0
    span.is_ended = False
    span.origin = span.added = span.inside = None
    return span


def _begin_trace(span: Span, outer: Scope) -> Scope:
    """Begin the trace of a span that belongs to no other."""
    trace = scope.new_trace(span.name)
    trace.first = span
    top = scope.at_top(trace, outer=outer)
    # Nobody goes back there: the trace ends with its first span.
    top.is_ended = True
    return top


def _leave(span: Span) -> None:
    """Go back from a span that was not simply inside the one to go back to."""
    trace = span.lane.trace
    if trace.first is span:
        trace.first = None
        sink.end_trace(trace, took_ns=monotonic_ns() - span.started_ns)
    scope.leave(span)


def _enter_plainly(span: Span, error: Exception) -> None:
    """Begin a span whose attributes cannot be written as they are; its end brings them, cut."""
    if not span.attributes:
        guard.broke("span", error)
        return
    span.added, span.attributes, span.started_ns = span.attributes | (span.added or {}), {}, 0
    span.__enter__()


def _can_begin_again(span: Span) -> bool:
    """Let a span that has ended be used once more; one that is open just goes on."""
    if not span.is_ended:
        guard.count("span entered while open")
        return False
    span.is_ended, span.added, span.inside = False, None, None
    return True


def _end_line(span: Span, raised: BaseException | None) -> bytes:
    """Make the end of a span that has more to say than that it ended well."""
    line = EndLine(monotonic_ns(), span.lane.ended, str(span.span_id), "ok")
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

    pause = resume = end

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
            self.scope.is_ended = True
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
