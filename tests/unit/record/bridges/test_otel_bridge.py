from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import opentelemetry.sdk.trace
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

import backtrail
import recorded
from backtrail.model import limits
from backtrail.record import guard, scope
from backtrail.record.attach.patching import Patches
from backtrail.record.bridges.otel_bridge import BacktrailSpanProcessor, watch_opentelemetry


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recorded.recording(tmp_path / ".backtrail"):
        yield tmp_path / ".backtrail"


@pytest.fixture
def tracer() -> Iterator[Tracer]:
    provider = TracerProvider()
    provider.add_span_processor(BacktrailSpanProcessor())  # type: ignore[arg-type]
    yield provider.get_tracer("tests")
    assert provider.force_flush()
    provider.shutdown()


def test_a_span_inside_one_of_ours_is_its_child(home: Path, tracer: Tracer) -> None:
    with (
        backtrail.trace_span("ours") as ours,
        tracer.start_as_current_span("outer", attributes={"shelf": 2}) as outer,
        tracer.start_as_current_span("inner") as inner,
    ):
        inner.set_attribute("password", "hunter" + "2" * 8)
    started = {e.body["name"]: e for e in recorded.events(home, "span.started")}
    ended = {e.span_id: e for e in recorded.events(home, "span.ended")}
    outer_id = f"{outer.get_span_context().span_id:016x}"
    inner_id = f"{inner.get_span_context().span_id:016x}"
    assert len({e.trace_id for e in started.values()}) == 1
    assert (started["outer"].span_id, started["outer"].body["parent"]) == (outer_id, ours.span_id)
    assert (started["inner"].span_id, started["inner"].body["parent"]) == (inner_id, outer_id)
    assert started["outer"].body["attributes"] == {"shelf": 2}
    assert ended[inner_id].body["attributes"] == {"password": "[redacted]"}
    assert ended[outer_id].body.get("status", "ok") == "ok"


def test_a_span_outside_of_any_trace_of_ours_keeps_its_own(home: Path, tracer: Tracer) -> None:
    assert scope.peek() is None
    with tracer.start_as_current_span("outer") as outer, tracer.start_as_current_span("inner"):
        pass
    trace_id = f"{outer.get_span_context().trace_id:032x}"
    started = recorded.events(home, "span.started")
    assert [(e.body["name"], e.trace_id) for e in started] == [
        ("outer", trace_id),
        ("inner", trace_id),
    ]
    assert {e.trace_id for e in recorded.events(home, "span.ended")} == {trace_id}


def test_a_span_of_a_remote_parent_keeps_that_parent_s_trace(home: Path, tracer: Tracer) -> None:
    remote = SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=TraceFlags(1))
    context = set_span_in_context(NonRecordingSpan(remote))
    with backtrail.trace_span("ours"), tracer.start_as_current_span("served", context=context):
        pass
    served = recorded.events(home, "span.started")[-1]
    assert (served.trace_id, served.body["parent"]) == (f"{0xABC:032x}", f"{0xDEF:016x}")


def test_an_error_of_a_span_is_told(home: Path, tracer: Tracer) -> None:
    with (
        pytest.raises(LookupError),
        tracer.start_as_current_span("raising"),
    ):
        raise LookupError("no such shelf")
    with tracer.start_as_current_span("failing") as span:
        span.set_status(Status(StatusCode.ERROR, "gave up"))
    ended = [e.body for e in recorded.events(home, "span.ended")]
    assert [(body["status"], body["error"]) for body in ended] == [
        ("error", "LookupError: no such shelf"),
        ("error", "gave up"),
    ]


def test_spans_that_never_end_are_forgotten_and_counted(
    monkeypatch: pytest.MonkeyPatch, tracer: Tracer, home: Path
) -> None:
    monkeypatch.setattr(limits, "OTEL_SPANS_MAX", 2)
    spans = [tracer.start_span(str(number)) for number in range(3)]
    for span in spans:
        span.end()
    assert guard.lost["otel span forgotten"] == 1
    assert len(recorded.events(home, "span.ended")) == 2


def test_a_provider_that_the_program_makes_is_watched(home: Path) -> None:
    patches = Patches()
    watch_opentelemetry(patches, opentelemetry.sdk.trace)
    provider = TracerProvider()
    patches.restore()
    with provider.get_tracer("tests").start_as_current_span("watched"):
        pass
    with TracerProvider().get_tracer("tests").start_as_current_span("unwatched"):
        pass
    assert [e.body["name"] for e in recorded.events(home, "span.started")] == ["watched"]
    provider.shutdown()
