"""Summaries: what is counted and looked up of traces, computed from their events.

The same code reads a line of the journal and a line of a block, so a summary that is dropped comes
back the same. How a trace ended is decided here once:

- It has failed (status `error`) when an error was raised that nothing handled, when its run ended
  with a signal, a timeout or another exit code than 0, or when it said so itself (`trace.ended`).
- An error that was handled does not make it fail, since the program went on; but it counts among
  the trace's errors, so that `--error` finds it. So does a repeat that was only counted.
- Its ending is `run.ended` or `trace.ended`; without one, the orderly end of the process that
  opened it. The opener is the run's parent, else who began the trace, else its first process.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from backtrail.model.limits import NAME_CHARS_MAX
from backtrail.store.catalog import Catalog
from backtrail.store.packing.dictionaries import unpacked
from backtrail.store.segments import Id, Line, parse_line
from backtrail.store.spans import traits
from backtrail.store.spans.pairs import Pairs
from backtrail.store.spans.rows import Ending, Moment, Spans
from backtrail.store.spans.sketch import Sketches
from backtrail.store.spans.trace_row import (
    FROM_ACTION,
    FROM_PROCESS,
    FROM_ROOT_SPAN,
    FROM_RUN,
    FROM_SPAN,
    FROM_START,
    OPENED_BY_PROCESS,
    OPENED_BY_RUN,
    OPENED_BY_START,
    Number,
    Place,
    Trace,
)
from backtrail.store.spans.words import Words


class Summaries:
    """Adds events to the summaries, inside one transaction of a catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._traces: dict[str, Trace] = {}
        self._words = Words(catalog)
        self._sketches = Sketches(catalog)
        self._spans = Spans(catalog, self._words, self._sketches)
        self._pairs = Pairs(catalog, self._words)
        self._roots: dict[str, str | None] = {}
        row = catalog.row("trace_no_max")
        self._trace_no = row[0] if row else 0

    def trace(self, trace_id: str, *, line: Line, process: str, time_unix_ns: int) -> Trace:
        """Return a trace's row, as it is kept or new with its first event.

        Events outside of any trace have the id "": they are kept, but make no trace.
        """
        trace = self._traces.get(trace_id)
        if trace is not None:
            return trace
        row = self.catalog.row("trace_row", trace_id=trace_id)
        if row is None:
            self._trace_no += 1
            trace = Trace(
                trace_no=self._trace_no,
                trace_id=trace_id,
                start_unix_ns=time_unix_ns,
                end_unix_ns=time_unix_ns,
                name=line.kind[:NAME_CHARS_MAX],
                name_ns=time_unix_ns,
                opener=process,
                opener_ns=time_unix_ns,
            )
            self._spans.expect(self._trace_no)
            self._pairs.expect(self._trace_no)
        else:
            trace = Trace(**dict(zip(row.keys(), row, strict=True)))
        self._traces[trace_id] = trace
        return trace

    def add(self, trace: Trace, line: Line, raw: bytes, place: Place) -> None:
        """Count one event of a kind in `SPECIAL`; `raw` is its line."""
        SPECIAL[line.kind](self, trace, line, raw, place)

    def note(self, trace: Trace, raw: bytes) -> None:
        """Take the attributes of one event of any kind."""
        if trace.trace_id:
            self._pairs.add(trace.trace_no, raw)

    def begin_span(self, trace: Trace, span_id: str, line: Line, place: Place) -> None:
        """Take the beginning of a span; one that comes again is not counted."""
        name = line.name if isinstance(line.name, str) else str(line.name or "")
        parent = line.parent if isinstance(line.parent, str) else None
        moment = Moment(place.process, line.t, place.time_unix_ns)
        number = trace.trace_no
        if not trace.trace_id or self._spans.begin(
            number, span_id, moment, name=name, parent=parent
        ):
            trace.spans += 1

    def end_span(self, trace: Trace, span_id: str, line: Line, place: Place, raw: bytes) -> None:
        """Take the end of a span."""
        if trace.trace_id:
            ending = (_read(_ENDING, raw) or _OK) if b'"status"' in raw else _OK
            moment = Moment(place.process, line.t, place.time_unix_ns)
            self._spans.end(trace.trace_no, span_id, moment, ending)

    def name_model(self, trace: Trace, model: str) -> None:
        """Make a trace findable by a model that it asked."""
        if trace.trace_id:
            self._words.number("model", model, trace_no=trace.trace_no)

    def root_span(self, trace: Trace, process: str, *, begins: str | None = None) -> str | None:
        """Return the span that a trace consists of, if it does; it may be one that begins here.

        Such a trace has no other beginning and end than its first span without a parent, in a
        process whose own trace is another.
        """
        if trace.opener_rank <= OPENED_BY_START:
            return None
        if trace.trace_id not in self._roots:
            self._roots[trace.trace_id] = self._known_root(trace.trace_id, process)
        if self._roots[trace.trace_id] is None and begins is not None:
            row = self.catalog.row("process", process=process)
            if row is not None and row["trace_id"] != trace.trace_id:
                self._roots[trace.trace_id] = begins
        return self._roots[trace.trace_id]

    def _known_root(self, trace_id: str, process: str) -> str | None:
        """Look into the first block of a trace, whose beginning was added before."""
        block = self.catalog.row("first_block", trace_id=trace_id, process=process)
        row = self.catalog.row("process", process=process)
        if block is None or row is None or row["trace_id"] == trace_id:
            return None
        lines = map(parse_line, unpacked(self.catalog, block)[1])
        return next((ln.span for ln in lines if ln is not None and _is_parentless(ln)), None)

    def save(self) -> None:
        """Write what was counted."""
        self._traces.pop("", None)
        self.catalog.run_many("save_trace", map(msgspec.structs.asdict, self._traces.values()))
        traits.save(self.catalog, self._spans.changed, self._pairs.held)
        self._spans.save()
        self._words.save()
        self._sketches.save()
        self._traces = {}
        self._pairs = Pairs(self.catalog, self._words)
        self._roots = {}


class _Error(Struct):
    error_id: Id
    type: str = ""
    message: str = ""
    mechanism: str = ""
    is_handled: bool = False
    fingerprint: Id = ""
    session: str | None = None
    frames: list[_Frame] = []


class _Frame(Struct):
    file: str
    line: Number
    function: str
    is_app: bool = False


class _Repeated(Struct):
    fingerprint: Id
    count: Number


class _Run(Struct):
    run_id: Id
    command: list[str] = []
    name: str | None = None
    session: str | None = None
    exit_code: Number | None = None
    signal: str | None = None
    is_timed_out: bool = False


class _Process(Struct):
    argv: list[str] = []
    session: str | None = None
    counters: dict[Id, Number] = {}


class _Dropped(Struct):
    reason: Id
    count: Number


class _Ended(Struct):
    status: str = "ok"


class _Span(Struct):
    attributes: dict[str, Any] = {}


class _Asked(Struct, frozen=True):
    model: Any = msgspec.field(name="gen_ai.request.model", default=None)


class _Call(Struct):
    attributes: _Asked = _Asked()


def _read(decoder: msgspec.json.Decoder[Any], raw: bytes) -> Any:  # noqa: ANN401 - the decoder says
    """Return a body, or `None` when it has not the shape of its kind: it is kept all the same."""
    try:
        return decoder.decode(raw)
    except msgspec.DecodeError:
        return None


_ERROR = msgspec.json.Decoder(_Error)
_REPEATED = msgspec.json.Decoder(_Repeated)
_RUN = msgspec.json.Decoder(_Run)
_PROCESS = msgspec.json.Decoder(_Process)
_DROPPED = msgspec.json.Decoder(_Dropped)
_ENDED = msgspec.json.Decoder(_Ended)
_SPAN = msgspec.json.Decoder(_Span)
_CALL = msgspec.json.Decoder(_Call)
_ENDING = msgspec.json.Decoder(Ending)
_OK = Ending()


def _error_raised(to: Summaries, trace: Trace, _line: Line, raw: bytes, place: Place) -> None:
    error: _Error | None = _read(_ERROR, raw)
    trace.errors += 1
    if error is None:
        trace.has_failed = 1
        return
    trace.session = trace.session or error.session
    trace.has_failed |= not error.is_handled
    frame = next((frame for frame in error.frames if frame.is_app), None)
    frame = frame or (error.frames[0] if error.frames else None)
    to.catalog.run(
        "add_error",
        error_id=error.error_id,
        trace_id=trace.trace_id,
        process=place.process,
        seq=place.seq,
        time_unix_ns=place.time_unix_ns,
        type=error.type,
        message=error.message[:NAME_CHARS_MAX],
        mechanism=error.mechanism,
        is_handled=error.is_handled,
        fingerprint=error.fingerprint,
        file=frame.file if frame else None,
        line=frame.line if frame else None,
        function=frame.function if frame else None,
    )


def _error_repeated(to: Summaries, trace: Trace, _line: Line, raw: bytes, place: Place) -> None:
    trace.errors += 1
    repeated: _Repeated | None = _read(_REPEATED, raw)
    if repeated is not None:
        to.catalog.run(
            "add_repeat",
            fingerprint=repeated.fingerprint,
            count=repeated.count,
            process=place.process,
            seq=place.seq,
        )


def _run_started(_to: Summaries, trace: Trace, _line: Line, raw: bytes, place: Place) -> None:
    run: _Run | None = _read(_RUN, raw)
    trace.open_it(place.process, OPENED_BY_RUN, place.time_unix_ns)
    if run is not None:
        trace.run_id = run.run_id
        trace.session = run.session or trace.session
        trace.command = msgspec.json.encode(run.command).decode()
        trace.name_it(run.name or shlex.join(run.command), FROM_RUN, place.time_unix_ns)


def _run_ended(_to: Summaries, trace: Trace, _line: Line, raw: bytes, _place: Place) -> None:
    run: _Run | None = _read(_RUN, raw)
    trace.is_closed = 1
    if run is not None:
        trace.run_id = run.run_id
        trace.exit_code = run.exit_code
        trace.signal = run.signal
        trace.has_failed |= bool(run.exit_code or run.signal or run.is_timed_out)


def _trace_started(_to: Summaries, trace: Trace, line: Line, _raw: bytes, place: Place) -> None:
    trace.open_it(place.process, OPENED_BY_START, place.time_unix_ns)
    trace.name_it(_text(line.name), FROM_START, place.time_unix_ns)


def _trace_ended(_to: Summaries, trace: Trace, _line: Line, raw: bytes, _place: Place) -> None:
    ended: _Ended | None = _read(_ENDED, raw)
    trace.is_closed = 1
    trace.has_failed |= ended is not None and ended.status == "error"


def _process_started(to: Summaries, trace: Trace, _line: Line, raw: bytes, place: Place) -> None:
    trace.open_it(place.process, OPENED_BY_PROCESS, place.time_unix_ns)
    to.catalog.run("process_started", process=place.process, trace_id=trace.trace_id)
    started: _Process | None = _read(_PROCESS, raw)
    if started is not None:
        trace.session = trace.session or started.session
        trace.name_it(shlex.join(started.argv), FROM_PROCESS, place.time_unix_ns)
        if trace.opener == place.process and trace.opener_rank >= OPENED_BY_START:
            trace.command = msgspec.json.encode(started.argv).decode()


def _process_ended(to: Summaries, trace: Trace, _line: Line, raw: bytes, place: Place) -> None:
    to.catalog.run("process_ended", process=place.process, trace_id=trace.trace_id)
    ended: _Process | None = _read(_PROCESS, raw)
    for reason, count in ended.counters.items() if ended else ():
        to.catalog.run("add_counted", process=place.process, reason=reason, count=count)


def _span_started(to: Summaries, trace: Trace, line: Line, raw: bytes, place: Place) -> None:
    if line.span is not None:
        to.begin_span(trace, line.span, line, place)
        if line.parent is None:
            to.root_span(trace, place.process, begins=line.span)
    if trace.name_rank >= FROM_ROOT_SPAN:
        rank = FROM_ROOT_SPAN if line.parent is None else FROM_SPAN
        trace.name_it(_text(line.name), rank, place.time_unix_ns)
    if trace.session is None and b'"session.id"' in raw and (span := _read(_SPAN, raw)):
        trace.session = _text(span.attributes.get("session.id")) or None


def _span_ended(to: Summaries, trace: Trace, line: Line, raw: bytes, place: Place) -> None:
    """Close a trace with the span that it consists of: a request of a server, a job."""
    if line.span is None:
        return
    to.end_span(trace, line.span, line, place, raw)
    if trace.is_closed:
        return
    if line.span == to.root_span(trace, place.process):
        _trace_ended(to, trace, line, raw, place)


def _is_parentless(line: Line) -> bool:
    return line.kind == "span.started" and line.parent is None


def _llm_called(to: Summaries, trace: Trace, _line: Line, raw: bytes, _place: Place) -> None:
    call: _Call | None = _read(_CALL, raw)
    if call is not None and (model := _text(call.attributes.model)):
        to.name_model(trace, model)


def _debug_recorded(_to: Summaries, trace: Trace, line: Line, _raw: bytes, place: Place) -> None:
    if trace.name_rank >= FROM_ACTION:
        trace.name_it(_text(line.action), FROM_ACTION, place.time_unix_ns)


def _journal_dropped(to: Summaries, trace: Trace, _line: Line, raw: bytes, place: Place) -> None:
    dropped: _Dropped | None = _read(_DROPPED, raw)
    if dropped is not None:
        trace.dropped += dropped.count
        to.catalog.run(
            "add_dropped", process=place.process, reason=dropped.reason, count=dropped.count
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


SPECIAL: dict[str, Callable[[Summaries, Trace, Line, bytes, Place], None]] = {
    "error.raised": _error_raised,
    "error.repeated": _error_repeated,
    "run.started": _run_started,
    "run.ended": _run_ended,
    "trace.started": _trace_started,
    "trace.ended": _trace_ended,
    "process.started": _process_started,
    "process.ended": _process_ended,
    "span.started": _span_started,
    "span.ended": _span_ended,
    "debug.recorded": _debug_recorded,
    "llm.called": _llm_called,
    "journal.dropped": _journal_dropped,
}
"""Kinds that say more than that something happened at a time."""
