"""One session's folder: its log, errors, conversations with models, traces, diffs and times.

errors/<error>.json            one error in full
llm_transcripts/<event>.json   one call to a model with all that was said
traces/<trace>.json            the trail of a trace: story, spans, locks, what is missing
diffs/<event>.json             one change of state, with its patch
log.jsonl                      every event, a line each, in the order of the traces and of time
performance.jsonl              every span and every call with how long it took
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from backtrail.cli.files.naming import file_name
from backtrail.model.clock import NS_PER_MS
from backtrail.model.event import Event
from backtrail.model.limits.reading import EXPORT_FILES_MAX
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.trail.failure import failure
from backtrail.trail.story import event_lines
from backtrail.trail.views.state_history import state_change
from backtrail.trail.views.timing.calls import call_of
from backtrail.trail.views.timing.self_time import SpanTimes, TimedSpan
from backtrail.trail.views.transcripts import transcript
from backtrail.trail.whole import trail

FOLDERS = ("errors", "llm_transcripts", "traces", "diffs")
_encode = msgspec.json.Encoder().encode


class SessionFolder:
    """Writes the traces of one session into its folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        for name in ("", *FOLDERS):
            (path / name).mkdir(mode=0o700)
        self.counts = {"traces": 0, "events": 0, "errors": 0, "llm_transcripts": 0, "diffs": 0}
        self.left_out = 0
        """Files beyond `EXPORT_FILES_MAX`."""
        self._files = 0
        self._names: set[tuple[str, str]] = set()

    def add(self, catalog: Catalog, trace_id: str) -> None:
        """Write a trace, by its full id."""
        self.counts["traces"] += 1
        with (
            opened(self._path / "log.jsonl") as log,
            opened(self._path / "performance.jsonl") as times,
        ):
            spans = _Times(times, trace_id)
            names: dict[str, str] = {}
            for event in reading.events(catalog, trace_id):
                self._take(event, log, names)
                spans.take(event)
            spans.end()
        self._write("traces", file_name(trace_id), trail(catalog, trace_id))

    def _take(self, event: Event, log: BinaryIO, names: dict[str, str]) -> None:
        self.counts["events"] += 1
        if event.kind == "span.started" and event.span_id:
            names[event.span_id] = str(event.body.get("name", ""))
        (line,) = event_lines([event], names=names)
        log.write(_encode({"trace_id": event.trace_id, **msgspec.to_builtins(line)}) + b"\n")
        if event.kind == "span.ended":
            names.pop(event.span_id or "", None)
        taken = self._own_file(event)
        if taken is not None and self._write(*taken):
            self.counts[taken[0]] += 1

    def _own_file(self, event: Event) -> tuple[str, str, object] | None:
        """Return folder, name and content of the file that an event gets, if it gets one."""
        process, _, seq = event.event_id.rpartition(":")
        event_name = f"{file_name(process)}-{seq}"
        if event.kind == "error.raised":
            told = failure(event)
            name = file_name(told.error_id)
            # An id may be there twice, in traces that were imported.
            is_taken = ("errors", name) in self._names
            return "errors", f"{name}-{event_name}" if is_taken else name, told
        call = transcript(event) if event.kind == "llm.called" else None
        if call is not None:
            return "llm_transcripts", event_name, call
        change = state_change(event) if event.kind == "state.changed" else None
        return None if change is None else ("diffs", event_name, change)

    def _write(self, folder: str, name: str, told: object) -> bool:
        """Write one file; tell whether there was room for it."""
        if self._files >= EXPORT_FILES_MAX:
            self.left_out += 1
            return False
        self._files += 1
        self._names.add((folder, name))
        text = msgspec.json.format(_encode(told), indent=2)
        with opened(self._path / folder / f"{name}.json", is_anew=True) as target:
            target.write(text + b"\n")
        return True


class _Times:
    """Writes the time of each span and call of one trace."""

    def __init__(self, target: BinaryIO, trace_id: str) -> None:
        self._target, self._trace_id = target, trace_id
        self._spans = SpanTimes()
        self._last: Event | None = None

    def take(self, event: Event) -> None:
        """Look at one event."""
        self._last = event
        span = self._spans.take(event)
        if span is not None:
            self._write_span(span)
        elif (call := call_of(event)) is not None:
            self._spans.add_call(call.span_id, int(call.took_ms * NS_PER_MS))
            self._write(msgspec.to_builtins(call))
        elif event.kind == "operation.measured":
            self._write({"sort": "measured", "event_id": event.event_id, **event.body})

    def end(self) -> None:
        """Write the spans that never ended."""
        for span in self._spans.unfinished(self._last) if self._last is not None else ():
            self._write_span(span)

    def _write_span(self, span: TimedSpan) -> None:
        self._write(
            {
                "sort": "span",
                "name": span.name,
                "event_id": span.event_id,
                "span_id": span.span_id,
                "parent": span.parent,
                "status": span.status,
                "start_unix_ns": span.start_unix_ns,
                "took_ms": span.took_ns / NS_PER_MS,
                "self_ms": span.self_ns / NS_PER_MS,
            }
        )

    def _write(self, told: dict[str, object]) -> None:
        self._target.write(_encode({"trace_id": self._trace_id, **told}) + b"\n")


def opened(path: Path, *, is_anew: bool = False) -> BinaryIO:
    """Open a file that only its owner may read: to write on at its end, or one that is new."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_EXCL if is_anew else os.O_APPEND)
    return os.fdopen(os.open(path, flags, 0o600), "wb")
