from __future__ import annotations

import pytest

from backtrail.store import reading
from backtrail.store.answers import ErrorFilter, TraceFilter
from backtrail.store.overview.groups import error_groups
from backtrail.store.overview.sessions import sessions
from backtrail.store.query.patterns import literal
from backtrail.store.query.terms import Leaf, Term
from builders import (
    START_UNIX_NS,
    error_body,
    line,
    process_id,
    process_started,
    trace_id,
    write_segment,
)
from kept_stores import Kept

TEXTS = {
    "sql": "x'); DROP TABLE trace; -- \" ' $1 %s %(a)s :a ? \\",
    "nul": "before\0after\0\0",
    "escape": "\x01\x01\x02 \x01\x03d800 \x00\x01",
    "unicode": "\U0001f9ea e\u0301 \u202e \ufffe \U0010ffff",
    "like": r"%_\%[*]?",
    "long": "".join(f"{n * 7_919:x}é" for n in range(40_000)),
}


def write(kept: Kept, text: str) -> None:
    body = error_body("e" * 32, type=text, message=text, mechanism=text[:100])
    lines = [
        process_started(trace_id(1), argv=["app", text], session=text),
        line("debug.recorded", trace_id(1), t=5, action=text, attributes={text[:50]: text}),
        line("span.started", trace_id(1), t=6, span="a" * 16, name=text),
        line("error.raised", trace_id(1), t=7, **body),
        line("error.repeated", trace_id(1), t=8, fingerprint=body["fingerprint"], count=2),
    ]
    write_segment(kept.home, process_id(1), lines)


@pytest.mark.parametrize("name", TEXTS)
def test_any_text_comes_back_as_it_went_in_and_is_found(kept: Kept, name: str) -> None:
    text = TEXTS[name]
    write(kept, text)
    with kept.indexed() as catalog:
        (trace,) = reading.traces(catalog)
        assert trace.session == text
        assert trace.command == ["app", text]
        (error,) = reading.find_errors(catalog, ErrorFilter()).errors
        assert (error.type, error.message, error.repeats) == (text, text[:200], 2)
        assert reading.error(catalog, error.error_id).body["message"] == text
        debug = next(e for e in reading.events(catalog, trace_id(1)) if "action" in e.body)
        assert debug.body["attributes"] == {text[:50]: text}
        (session,) = sessions(catalog).sessions
        assert session.session == text
        (group,) = error_groups(catalog, now_unix_ns=START_UNIX_NS + 10**9).groups
        assert (group.type, group.count) == (text, 3)
        for field, pattern in (
            ("session", literal(text)),
            ("name", literal(trace.name)),
            ("name", literal(text[:20]).anywhere),
            ("error", literal(text[:1_000]).anywhere),
            ("error", literal(text[5:15])),
            ("command", literal(text[:1])),
            ("text", literal(text[:20])),
        ):
            term = Leaf(Term(field=field, value=pattern))
            found = reading.traces(catalog, TraceFilter(query=term))
            assert [one.trace_id for one in found] == [trace_id(1)], field


@pytest.mark.parametrize("text", ["\ud800", "a\udcffb", "'; DROP TABLE trace; --"])
def test_any_text_can_be_asked_for(kept: Kept, text: str) -> None:
    write(kept, "plain")
    with kept.indexed() as catalog:
        for field in ("session", "name", "error", "command", "run", "fingerprint"):
            for pattern in (literal(text), literal(text).anywhere):
                term = Leaf(Term(field=field, value=pattern))
                assert reading.traces(catalog, TraceFilter(query=term)) == []
        assert len(reading.traces(catalog)) == 1


def test_an_event_of_a_megabyte_comes_back(kept: Kept) -> None:
    text = "naïve " * 140_000
    event = line("debug.recorded", trace_id(1), t=5, attributes={"a": text})
    assert len(event) > 970_000
    write_segment(kept.home, process_id(1), [event])
    with kept.indexed() as catalog:
        (found,) = reading.events(catalog, trace_id(1))
        assert found.body["attributes"]["a"] == text


def test_ids_that_are_too_long_for_an_index_stop_nothing(kept: Kept) -> None:
    long = "".join(f"{n * 7_919 % 65_521:x}" for n in range(5_000))
    body = error_body(long)
    lines = [
        line("debug.recorded", long, t=4, action="a"),
        line("span.started", trace_id(1), t=5, span=long, name="n"),
        line("error.raised", trace_id(1), t=6, **body),
        line("error.raised", trace_id(1), t=7, **error_body("e" * 32, fingerprint=long)),
        line("error.repeated", trace_id(1), t=8, fingerprint=long, count=2),
        line("run.started", trace_id(1), t=9, run_id=long, command=["a"]),
        line("process.ended", trace_id(1), t=9, counters={long: 3}),
        line("journal.dropped", trace_id(1), t=9, reason=long, count=3),
        process_started(trace_id(2), t=10, session=long),
    ]
    write_segment(kept.home, process_id(1), lines)
    with kept.indexed() as catalog:
        first, second = sorted(reading.traces(catalog), key=lambda trace: trace.trace_id)
        assert (first.trace_id, first.errors, second.session) == (trace_id(1), 3, long)
        # Lines with an id that names nothing are told of; of others only what is named is left out.
        assert reading.counters(catalog) == {"torn_line": 2}


def test_lines_that_are_no_text_do_not_stop_the_others(kept: Kept) -> None:
    broken = line("debug.recorded", trace_id(1), t=5, action="X").replace(b"X", b"\\ud800")
    lines = [broken, b'{"t": 6, "trace": 7}\n', b"\xff\xfe\n", process_started(trace_id(2), t=7)]
    write_segment(kept.home, process_id(1), lines)
    with kept.indexed() as catalog:
        assert trace_id(2) in {trace.trace_id for trace in reading.traces(catalog)}
