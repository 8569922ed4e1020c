"""The events of one trace as spans: what happened in one stands in it as its event.

A call of a model is a span of its own, below the one in which it was made. What happened in no
span stands in the first one; where there is none, one is made for the trace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from backtrail.model.event import Event, Json
from backtrail.serve.otlp.outgoing.calls import (
    call_attributes,
    call_name,
    exception_attributes,
)
from backtrail.serve.otlp.request.received import (
    CLIENT,
    CONSUMER,
    INTERNAL,
    PRODUCER,
    SERVER,
    STATUS_ERROR,
)

_KINDS = {"server": SERVER, "client": CLIENT, "producer": PRODUCER, "consumer": CONSUMER}
_TRACE = re.compile(r"[0-9a-f]{32}\Z")
_SPAN = re.compile(r"[0-9a-f]{16}\Z")
_STATUS_OK = 1
_NS_PER_MS = 1_000_000
_TOLD = frozenset({"span.started", "span.ended", "clock.anchored", "segment.opened"})
"""Kinds that a span itself tells."""
_encode = msgspec.json.Encoder().encode


class OutgoingEvent(Struct, kw_only=True):
    """Something that happened in a span."""

    name: str
    time_unix_ns: int
    attributes: dict[str, Json]


class OutgoingSpan(Struct, kw_only=True):
    """A span as the protocol has it."""

    trace_id: str
    span_id: str
    parent: str | None = None
    name: str = ""
    kind: int = INTERNAL
    start_unix_ns: int = 0
    end_unix_ns: int = 0
    attributes: dict[str, Json] = {}
    events: list[OutgoingEvent] = []
    status: int = 0
    message: str = ""
    process: str = ""


class Outgoing(Struct, kw_only=True):
    """A trace as the protocol has it: its spans, by the resource that they are of."""

    resources: dict[str, dict[str, Json]]
    """Attributes, by process."""
    spans: list[OutgoingSpan]


def outgoing(trace_id: str, name: str, events: Iterable[Event]) -> Outgoing:
    """Return a trace as spans.

    Args:
        trace_id: its full id; one that the protocol cannot hold gives way to its digest.
        name: for the span that is made where there is none.
        events: all of them, in the order of time.
    """
    made = _Trace(trace_id)
    for event in events:
        made.take(event)
    return made.finished(name)


class _Trace:
    def __init__(self, trace_id: str) -> None:
        self._own_id = trace_id
        self._trace_id = trace_id if _TRACE.match(trace_id) else _digest(trace_id, 32)
        self._spans: dict[str, OutgoingSpan] = {}
        self._ended: set[str] = set()
        self._calls: list[Event] = []
        self._others: list[Event] = []
        self._resources: dict[str, dict[str, Json]] = {}
        self._first_ns = self._last_ns = 0
        self._root: OutgoingSpan | None = None
        self._made: OutgoingSpan | None = None
        """The span that was made because there is none."""

    def take(self, event: Event) -> None:
        """Take one event."""
        time_ns = event.time_unix_ns
        self._first_ns = min(self._first_ns or time_ns, time_ns)
        self._last_ns = max(self._last_ns, time_ns)
        self._resources.setdefault(event.process, {})
        if event.kind == "process.started":
            self._resources[event.process] = _resource(event.body)
        if event.kind == "span.started" and event.span_id is not None:
            self._start(event)
        elif event.kind == "span.ended" and event.span_id is not None:
            self._end(event)
        elif event.kind == "llm.called":
            self._calls.append(event)
        elif event.kind not in _TOLD:
            self._others.append(event)

    def finished(self, name: str) -> Outgoing:
        """Return the trace, once all events were taken."""
        for event in self._calls:
            self._add_call(event)
        for span_id, span in self._spans.items():
            if span_id not in self._ended:
                span.end_unix_ns = max(self._last_ns, span.start_unix_ns)
                span.attributes["backtrail.span.is_unfinished"] = True
        for event in self._others:
            home = self._spans.get(event.span_id or "") or self._first_root(name)
            home.events.append(_event(event))
            if event.kind == "error.raised" and home is self._made and not _is_handled(event):
                home.status = STATUS_ERROR
                home.message = f"{event.body.get('type')}: {event.body.get('message')}"
        spans = sorted(self._spans.values(), key=lambda span: (span.start_unix_ns, span.span_id))
        for span in spans:
            span.events.sort(key=lambda each: each.time_unix_ns)
            if self._trace_id != self._own_id:
                span.attributes["backtrail.trace_id"] = self._own_id
        used = {span.process for span in spans}
        return Outgoing(
            resources={p: told for p, told in self._resources.items() if p in used}, spans=spans
        )

    def _start(self, event: Event) -> None:
        body = event.body
        span = self._span(event)
        attributes = dict(body.get("attributes") or {})
        span.name = str(body.get("name", ""))
        span.kind = _KINDS.get(str(attributes.pop("span.kind", "")), INTERNAL)
        parent = body.get("parent")
        span.parent = _span_id(str(parent)) if parent else None
        span.start_unix_ns = event.time_unix_ns
        span.attributes = attributes | span.attributes

    def _end(self, event: Event) -> None:
        body = event.body
        span = self._span(event)
        self._ended.add(event.span_id or "")
        span.end_unix_ns = event.time_unix_ns
        span.start_unix_ns = span.start_unix_ns or event.time_unix_ns
        span.attributes |= body.get("attributes") or {}
        status = body.get("status", "ok")
        if status == "ok":
            span.status = _STATUS_OK
        else:
            span.status = STATUS_ERROR
            span.message = str(body.get("error") or status)

    def _span(self, event: Event) -> OutgoingSpan:
        key = event.span_id or ""
        if key not in self._spans:
            self._spans[key] = OutgoingSpan(
                trace_id=self._trace_id, span_id=_span_id(key), process=event.process
            )
        return self._spans[key]

    def _add_call(self, event: Event) -> None:
        """Tell of a call of a model: in its own span, where that is nothing else."""
        body = event.body
        took_ns = int((body.get("took_ms") or 0.0) * _NS_PER_MS)
        own = self._spans.get(event.span_id or "")
        if own is not None and own.end_unix_ns == event.time_unix_ns and _is_near(own, took_ns):
            own.attributes |= call_attributes(body)
            return
        error = body.get("error")
        span = OutgoingSpan(
            trace_id=self._trace_id,
            span_id=_digest(event.event_id, 16),
            parent=None if own is None else own.span_id,
            name=call_name(body),
            kind=CLIENT,
            start_unix_ns=event.time_unix_ns - took_ns,
            end_unix_ns=event.time_unix_ns,
            attributes=call_attributes(body),
            status=STATUS_ERROR if error else _STATUS_OK,
            message=str(error or ""),
            process=event.process,
        )
        self._spans[span.span_id] = span
        self._ended.add(span.span_id)

    def _first_root(self, name: str) -> OutgoingSpan:
        """Return the first span that stands in no other one; where there is none, make it."""
        if self._root is None:
            roots = [span for span in self._spans.values() if span.parent not in self._spans]
            self._root = min(
                roots, key=lambda span: span.start_unix_ns, default=None
            ) or self._made_root(name)
        return self._root

    def _made_root(self, name: str) -> OutgoingSpan:
        told = [process for process, resource in self._resources.items() if resource]
        self._made = span = OutgoingSpan(
            trace_id=self._trace_id,
            span_id=_digest(self._own_id, 16),
            name=name,
            start_unix_ns=self._first_ns,
            end_unix_ns=self._last_ns,
            process=next(iter([*told, *self._resources]), ""),
        )
        self._spans[span.span_id] = span
        self._ended.add(span.span_id)
        return span


def _event(event: Event) -> OutgoingEvent:
    body = event.body
    if event.kind == "error.raised":
        return OutgoingEvent(
            name="exception",
            time_unix_ns=event.time_unix_ns,
            attributes=exception_attributes(body),
        )
    if event.kind == "log.emitted":
        attributes = dict(body.get("attributes") or {})
        told = (("severity_text", "level"), ("logger.name", "logger"))
        attributes |= {name: body[member] for name, member in told if body.get(member)}
        return OutgoingEvent(
            name=str(body.get("message", "")),
            time_unix_ns=event.time_unix_ns,
            attributes=attributes,
        )
    return OutgoingEvent(
        name=event.kind,
        time_unix_ns=event.time_unix_ns,
        attributes={f"backtrail.{name}": _flat(value) for name, value in body.items()},
    )


def _is_handled(event: Event) -> bool:
    return event.body.get("is_handled") is True


def _flat(value: Json) -> Json:
    """Return a value as an attribute: what has members as a text of JSON."""
    return _encode(value).decode() if isinstance(value, dict | list) else value


def _resource(body: dict[str, Any]) -> dict[str, Json]:
    argv = [str(word) for word in body.get("argv") or []]
    script = next((word for word in argv[1:] if not word.startswith("-")), (argv or [""])[0])
    return {
        "service.name": script.rpartition("/")[2] or "unknown_service",
        "process.pid": body.get("pid"),
        "process.command_args": argv,
        "process.runtime.version": body.get("python"),
        "host.name": body.get("host"),
    }


def _is_near(span: OutgoingSpan, took_ns: int) -> bool:
    """Tell whether a call took as long as a span did; it is told to a part of a microsecond."""
    return abs(span.end_unix_ns - span.start_unix_ns - took_ns) < _NS_PER_MS // 1_000


def _span_id(text: str) -> str:
    return text if _SPAN.match(text) else _digest(text, 16)


def _digest(text: str, digits: int) -> str:
    return sha256(text.encode()).hexdigest()[:digits]
