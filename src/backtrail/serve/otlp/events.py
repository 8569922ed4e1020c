"""Spans and log records, as lines of the journal.

A span is known only when it has ended, so its beginning, what happened in it and its end are
written together, the end last: who finds the end on the disk has all of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from backtrail.model import ids
from backtrail.model.clock import NS_PER_S
from backtrail.model.event import Body, Json
from backtrail.model.kinds import LogEmitted, SpanEnded, Status, TraceStarted
from backtrail.model.limits import TEXT_CHARS_MAX
from backtrail.record import guard
from backtrail.serve.journal.unit import Unit
from backtrail.serve.otlp.failures import (
    EXCEPTION,
    MESSAGE,
    STACKTRACE,
    TYPE,
    Occurrence,
    described,
    error_of,
    is_exception,
)
from backtrail.serve.otlp.model_calls import (
    PIECES,
    is_model_call,
    model_call,
    pieces_of,
    without_told,
)
from backtrail.serve.otlp.request.received import (
    CLIENT,
    CONSUMER,
    NOT_READABLE,
    PRODUCER,
    SERVER,
    STATUS_ERROR,
    LogRecord,
    Received,
    Source,
    Span,
    SpanEvent,
)
from backtrail.serve.otlp.showing import Page

TIME_MAX = 1 << 62
"""The last nanosecond that the catalogue can hold: in the year 2116."""
_DAY_S = 86_400
_ENTROPY_BYTES = 10
_KINDS = {SERVER: "server", CLIENT: "client", PRODUCER: "producer", CONSUMER: "consumer"}
_LEVELS = ("TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_PER_LEVEL = 4
_TOLD_BY_ERROR = frozenset({TYPE, MESSAGE, STACKTRACE})
_encode = msgspec.json.Encoder().encode


class _Started(Struct, omit_defaults=True, gc=False):
    """The line of a span's beginning: the most frequent one, encoded at once."""

    t: int
    trace: str
    span: str
    kind: str
    name: str
    parent: str | UnsetType = UNSET
    attributes: dict[str, Json] = {}


class Lines:
    """Makes the units of one request.

    Args:
        now_unix_ns: when the request came; it stands for a time that cannot be.
    """

    def __init__(self, now_unix_ns: int) -> None:
        self._now_unix_ns = now_unix_ns
        self._resources: dict[int, dict[str, Json]] = {}
        self._passed_on: frozenset[tuple[str, int]] = frozenset()

    def units(self, received: Received) -> list[Unit]:
        """Return a unit for each span and each log record, in the order that they came in."""
        if any(span.events for span in received.spans):
            self._passed_on = _passed_on(received.spans)
        units: list[Unit] = []
        items: list[Span | LogRecord] = [*received.spans, *received.logs]
        for item in items:
            try:
                units += [self._span(item)] if isinstance(item, Span) else self._log(item)
            except Exception as error:  # noqa: BLE001 - an edge: one costs only itself
                received.rejected[NOT_READABLE] += 1
                guard.broke("otlp", error)
        return units

    def _shown_source(self, source: Source) -> dict[str, Json]:
        """Return who sent, as attributes; the same for all spans of one group."""
        shown = self._resources.get(id(source))
        if shown is None:
            page = Page()
            shown = page.attributes(source.resource)
            if source.scope:
                shown["otel.scope.name"] = page.name(source.scope)
            if source.scope_version:
                shown["otel.scope.version"] = page.name(source.scope_version)
            shown |= page.attributes(source.scope_attributes)
            self._resources[id(source)] = shown
        return shown

    def _span(self, span: Span) -> Unit:
        page = Page()
        notes: dict[str, Json] = {}
        start = self._time(span.start_unix_ns, "otlp.start_unix_ns", notes)
        end = self._time(span.end_unix_ns, "otlp.end_unix_ns", notes)
        if end < start:
            notes["otlp.end_unix_ns"] = str(span.end_unix_ns)
            end = start
        attributes = span.attributes
        is_model = is_model_call(attributes)
        own = without_told(attributes) if is_model else attributes
        source = self._shown_source(span.source)
        shown = source | page.attributes(own, span.attributes_cut)
        _add_facts(shown, span, page)
        shown |= notes
        pieces = [
            _encode(
                _Started(
                    t=start,
                    trace=span.trace_id,
                    span=span.span_id,
                    kind="span.started",
                    name=page.name(span.name),
                    parent=UNSET if span.parent in (None, span.span_id) else span.parent,
                    attributes=shown,
                )
            )
        ]
        for position, event in enumerate(span.events):
            if is_model and event.name in PIECES:
                # How many there were, and when the first one came, is told by the call.
                continue
            pieces += self._event(span, event, position, page, source)
        error = _error_text(span, page)
        if is_model:
            streamed = pieces_of(span.events, start_unix_ns=start, cut=span.events_cut)
            call = model_call(attributes, page, took_ns=end - start, error=error, pieces=streamed)
            pieces.append(_line(end, span.trace_id, span.span_id, "llm.called", call))
        status: Status = "error" if span.status == STATUS_ERROR else "ok"
        ended = SpanEnded(status=status, error=error)
        pieces.append(_line(end, span.trace_id, span.span_id, "span.ended", ended))
        pieces.append(b"")
        lines = page.scrubbed(b"\n".join(pieces), keep=f"{span.trace_id} {span.span_id}")
        return Unit(key=bytes.fromhex(span.trace_id + span.span_id), lines=lines)

    def _event(
        self, span: Span, event: SpanEvent, position: int, page: Page, source: dict[str, Json]
    ) -> list[bytes]:
        notes: dict[str, Json] = {}
        time_ns = self._time(event.time_unix_ns or span.end_unix_ns, "otlp.time_unix_ns", notes)
        attributes = event.attributes
        if event.name == EXCEPTION and is_exception(attributes):
            if (span.trace_id + span.span_id, position) in self._passed_on:
                return []
            # What ends the outermost span of a service is what the service did not handle.
            is_outermost = span.parent is None or span.kind in (SERVER, CONSUMER)
            session = span.attributes.get("session.id")
            here = Occurrence(
                trace_id=span.trace_id,
                span_id=span.span_id,
                time_unix_ns=time_ns,
                position=position,
                mechanism="context_manager",
                is_handled=not (is_outermost and span.status == STATUS_ERROR),
                session=page.name(session) if isinstance(session, str) else None,
            )
            error = error_of(attributes, source, here, page)
            return [_line(time_ns, span.trace_id, span.span_id, "error.raised", error)]
        log = LogEmitted(
            level="INFO",
            logger=page.name(span.source.scope),
            message=page.text(event.name),
            attributes=page.attributes(attributes, event.attributes_cut) | notes,
        )
        return [_line(time_ns, span.trace_id, span.span_id, "log.emitted", log)]

    def _log(self, record: LogRecord) -> list[Unit]:
        page = Page()
        notes: dict[str, Json] = {}
        time_ns = self._time(record.time_unix_ns, "otlp.time_unix_ns", notes)
        source = self._shown_source(record.source)
        units = []
        trace_id = record.trace_id
        if trace_id is None:
            trace_id, name = _trace_of(record.source, time_ns)
            began = TraceStarted(name=page.text(name), attributes=source)
            line = _line(time_ns, trace_id, None, "trace.started", began) + b"\n"
            units.append(Unit(key=bytes.fromhex(trace_id), lines=line))
        attributes = record.attributes
        has_error = is_exception(attributes)
        plain = attributes
        if has_error:
            plain = {n: v for n, v in attributes.items() if n not in _TOLD_BY_ERROR}
        if record.event_name:
            notes["event.name"] = page.name(record.event_name)
        log = LogEmitted(
            level=_level(record, page),
            logger=page.name(record.source.scope or str(record.source.resource.get(_SERVICE, ""))),
            message=_message(record, page),
            file=_text(plain.get("code.file.path", plain.get("code.filepath")), page),
            line=_line_number(plain.get("code.line.number", plain.get("code.lineno"))),
            function=_text(plain.get("code.function.name", plain.get("code.function")), page),
            attributes=source | page.attributes(plain, record.attributes_cut) | notes,
            exception=described(attributes, page) if has_error else None,
        )
        pieces = [_line(time_ns, trace_id, record.span_id, "log.emitted", log)]
        if has_error:
            here = Occurrence(
                trace_id=trace_id,
                span_id=record.span_id,
                time_unix_ns=time_ns,
                position=-1,
                mechanism="log",
                is_handled=True,
            )
            error = error_of(attributes, source, here, page)
            pieces.append(_line(time_ns, trace_id, record.span_id, "error.raised", error))
        pieces.append(b"")
        lines = page.scrubbed(b"\n".join(pieces), keep=f"{trace_id} {record.span_id}")
        units.append(Unit(key=b"", lines=lines))
        return units

    def _time(self, time_unix_ns: int, name: str, notes: dict[str, Json]) -> int:
        """Return a time that can be kept; one that is missing or too far is now, and noted."""
        if 0 < time_unix_ns < TIME_MAX:
            return time_unix_ns
        if time_unix_ns:
            notes[name] = str(time_unix_ns)
        return self._now_unix_ns


_SERVICE = "service.name"


def _passed_on(spans: list[Span]) -> frozenset[tuple[str, int]]:
    """Return which exceptions went on into the parent of their span, which tells more of them.

    OpenTelemetry tells of an exception in each span that it leaves.
    """
    told: dict[str, list[tuple[object, object]]] = {}
    for span in spans:
        if span.events:
            told[span.trace_id + span.span_id] = [
                (event.attributes.get(TYPE), event.attributes.get(MESSAGE))
                if event.name == EXCEPTION
                else ("", "")
                for event in span.events
            ]
    return frozenset(
        (span.trace_id + span.span_id, position)
        for span in spans
        if span.events and span.parent is not None and span.parent != span.span_id
        for position, each in enumerate(told[span.trace_id + span.span_id])
        if each in told.get(span.trace_id + span.parent, ()) and each != ("", "")
    )


def _add_facts(shown: dict[str, Json], span: Span, page: Page) -> None:
    """Add what a span says beside its attributes."""
    if span.kind in _KINDS:
        shown["span.kind"] = _KINDS[span.kind]
    if span.trace_state:
        shown["w3c.tracestate"] = page.text(span.trace_state)
    if span.events_cut:
        shown["otel.dropped_events_count"] = span.events_cut
    if span.links or span.links_cut:
        links: list[Json] = []
        for link in span.links:
            each: dict[str, Json] = {"trace_id": link.trace_id, "span_id": link.span_id}
            if link.attributes:
                each["attributes"] = page.attributes(link.attributes)
            links.append(each)
        if span.links_cut:
            links.append({"$cut": span.links_cut})
        shown["otel.links"] = links


def _error_text(span: Span, page: Page) -> str | None:
    """Return the exception that a span recorded last, in a line, or what its status says."""
    if span.status != STATUS_ERROR:
        return None
    for event in reversed(span.events):
        if event.name == EXCEPTION and is_exception(event.attributes):
            return described(event.attributes, page)
    return page.room.text(span.status_message, TEXT_CHARS_MAX) or None


def _trace_of(source: Source, time_ns: int) -> tuple[str, str]:
    """Return the trace of a resource's log records that name none: one for each of its days."""
    day = time_ns // NS_PER_S // _DAY_S
    told = msgspec.json.encode([day, sorted((k, str(v)) for k, v in source.resource.items())])
    trace_id = ids.uuid7(day * _DAY_S * NS_PER_S, sha256(told).digest()[:_ENTROPY_BYTES])
    date = datetime.fromtimestamp(day * _DAY_S, UTC).date()
    return trace_id, f"logs of {source.resource.get(_SERVICE, 'an unnamed service')}, {date}"


def _level(record: LogRecord, page: Page) -> str:
    if record.severity_text:
        return page.name(record.severity_text.upper())
    place = max(0, record.severity - 1) // _PER_LEVEL
    return _LEVELS[min(place, len(_LEVELS) - 1)] if record.severity else "INFO"


def _message(record: LogRecord, page: Page) -> str:
    body = record.body
    if isinstance(body, str):
        return page.text(body)
    if body is None:
        return page.text(record.event_name)
    return _encode(page.value(body)).decode()


def _text(value: Any, page: Page) -> str | None:  # noqa: ANN401 - an attribute
    return page.name(value) if isinstance(value, str) else None


def _line_number(value: Any) -> int | None:  # noqa: ANN401 - an attribute
    return value if type(value) is int else None


def _line(time_ns: int, trace_id: str, span_id: str | None, kind: str, body: Body) -> bytes:
    """Encode an event as its line, without the newline."""
    span = b',"span":"%b"' % span_id.encode() if span_id else b""
    head = b'{"t":%d,"trace":"%b"%b,"kind":"%b"' % (
        time_ns,
        trace_id.encode(),
        span,
        kind.encode(),
    )
    members = _encode(body)
    return head + (b"}" if members == b"{}" else b"," + members[1:])
