from __future__ import annotations

import fcntl
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backtrail.model.errors import StoreError, UsageError
from backtrail.store import reading
from backtrail.store.answers import ErrorFilter, TraceFilter, TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.query.fields import read_query
from backtrail.store.query.finding import find_errors, find_traces
from builders import (
    START_UNIX_NS,
    debugs,
    error_body,
    line,
    process_id,
    process_started,
    segment_path,
    trace_id,
    write_segment,
)

MS = 1_000_000
COUNT = 24


def lines_of(n: int) -> list[bytes]:
    """Write one of many different traces."""
    trace, t = trace_id(n), n // 2 * MS
    session = ("one", "two", None)[n % 3]
    found = [
        process_started(trace, t=t, argv=["python", f"App{n} Straße 100%"], session=session),
        *debugs(trace, n % 5, t=t + n * 500_000),
        line(
            "span.started",
            trace,
            t=t + 5,
            span=f"{n:016x}",
            parent="f" * 16,
            name="load",
            attributes={"n": n},
        ),
    ]
    if n % 3 == 0:
        body = error_body(
            f"e{n:031d}", type=("KeyError", "TimeoutError")[n % 2], message=f"order {n}"
        )
        found.append(line("error.raised", trace, t=t + 6, **{**body, "is_handled": n % 2 == 0}))
    if n % 4 == 0:
        found.append(line("run.ended", trace, t=t + 7, run_id=f"run-{n}", exit_code=n % 8))
    elif n % 4 == 1:
        found.append(line("process.ended", trace, t=t + 7))
    if n % 7 == 0:
        found.append(line("log.emitted", trace, t=t + 8, message=f"the Kettle {n} is hot"))
    return found


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with traces of many sorts; of some the processes told of another one too."""
    home = tmp_path_factory.mktemp("home")
    for n in range(COUNT):
        more = debugs(trace_id(100 + n), 2, t=n * MS + 9) if n % 6 == 0 else []
        write_segment(home, process_id(n), [*lines_of(n), *more])
    with Catalog.open(home) as catalog:
        refresh(catalog)
    return home


def facts(catalog: Catalog, trace: TraceSummary) -> dict[str, Any]:
    """Return what the tests ask of a trace, read in the plainest way."""
    events = list(reading.events(catalog, trace.trace_id))
    return {
        "trace": trace,
        "errors": [event.body for event in events if event.kind == "error.raised"],
        "attributes": [event.body.get("attributes", {}) for event in events],
        "text": "\n".join(f"{event.body}" for event in events).casefold(),
    }


def is_type(fact: dict[str, Any], name: str) -> bool:
    return any(error["type"] == name for error in fact["errors"])


TERMS: dict[str, Any] = {
    "status:ok": lambda f: f["trace"].status == "ok",
    "status:error": lambda f: f["trace"].status == "error",
    "status:unfinished": lambda f: f["trace"].status == "unfinished",
    "status:running": lambda f: f["trace"].is_live,
    "name:*app1*": lambda f: "app1" in f["trace"].name.casefold(),
    'name:"*STRASSE 100%*"': lambda f: "Straße 100%" in f["trace"].name,
    "name:charge_card": lambda f: f["trace"].name == "charge_card",
    "duration:>2ms": lambda f: f["trace"].took_ms > 2,
    "duration:<=0.008us": lambda f: f["trace"].took_ms <= 0.000_008,
    "started:>=2025-10-09T08:53:20.005Z": lambda f: (
        f["trace"].start_unix_ns >= START_UNIX_NS + 5 * MS
    ),
    "until:2025-10-09T08:53:20.007Z": lambda f: f["trace"].start_unix_ns < START_UNIX_NS + 7 * MS,
    "session:one": lambda f: f["trace"].session == "one",
    "session:t*": lambda f: f["trace"].session == "two",
    "session:ONE": lambda f: f["trace"].session == "ONE",
    'session:""': lambda f: f["trace"].session is None,
    "run:run-1*": lambda f: (f["trace"].run_id or "").startswith("run-1"),
    "run:run-4": lambda f: f["trace"].run_id == "run-4",
    'run:""': lambda f: f["trace"].run_id is None,
    "command:app2": lambda f: "App2" in " ".join(f["trace"].command or []),
    "errors:>0": lambda f: f["trace"].errors > 0,
    "errors:0": lambda f: f["trace"].errors == 0,
    "events:>4": lambda f: f["trace"].events > 4,
    "spans:1": lambda f: f["trace"].spans == 1,
    "error:keyerror": lambda f: is_type(f, "KeyError"),
    "error:Timeout*": lambda f: is_type(f, "TimeoutError"),
    'error:"RDER 1"': lambda f: any("order 1" in error["message"] for error in f["errors"]),
    "fingerprint:KeyError@*": lambda f: bool(f["errors"]),
    "kettle": lambda f: "kettle" in f["text"],
    '"the kettle*hot"': lambda f: "the kettle" in f["text"],
    "@n:7": lambda f: any(attributes.get("n") == 7 for attributes in f["attributes"]),
    "@n:>20": lambda f: any(attributes.get("n", 0) > 20 for attributes in f["attributes"]),
    "@number:2": lambda f: any(attributes.get("number") == 2 for attributes in f["attributes"]),
}
LEAVES = st.sampled_from(sorted(TERMS)).map(lambda text: (text, TERMS[text]))
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: (f"-({one[0]})", lambda f, one=one: not one[1](f))),
        st.tuples(inner, inner).map(
            lambda two: (f"({two[0][0]}) {two[1][0]}", lambda f: two[0][1](f) and two[1][1](f))
        ),
        st.tuples(inner, inner).map(
            lambda two: (f"({two[0][0]} or {two[1][0]})", lambda f: two[0][1](f) or two[1][1](f))
        ),
    ),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=QUERIES, limit=st.sampled_from([1, 2, 5, 100]))
def test_pages_together_hold_what_meets_the_query_newest_first(
    mixed: Path, query: tuple[str, Any], limit: int
) -> None:
    text, is_met = query
    asked = read_query(text, now_unix_ns=START_UNIX_NS)
    with Catalog.open(mixed) as catalog:
        everything = reading.traces(catalog)
        expected = [trace for trace in everything if is_met(facts(catalog, trace))]
        found: list[TraceSummary] = []
        cursor = None
        for _ in range(COUNT * 2):
            wanted = TraceFilter(query=asked, limit=limit, cursor=cursor)
            page = find_traces(catalog, wanted)
            found += page.traces
            cursor = page.next_cursor
            assert len(page.traces) <= limit
            assert page.is_complete == (cursor is None)
            if cursor is None:
                break
    assert found == expected
    assert everything == sorted(
        everything, key=lambda trace: (trace.start_unix_ns, trace.trace_id), reverse=True
    )


def test_each_term_of_the_test_above_tells_traces_apart(mixed: Path) -> None:
    never = {"session:ONE", "status:running"}
    with Catalog.open(mixed) as catalog:
        for text, is_met in TERMS.items():
            asked = read_query(text, now_unix_ns=START_UNIX_NS)
            found = find_traces(catalog, TraceFilter(query=asked)).traces
            assert (0 < len(found) < COUNT + 4) == (text not in never), text
            everything = reading.traces(catalog)
            assert found == [each for each in everything if is_met(facts(catalog, each))], text


def test_a_trace_whose_writer_lives_is_running(home: Path) -> None:
    path = segment_path(home, process_id(1))
    write_segment(home, process_id(1), debugs(trace_id(1), 1))
    with Catalog.open(home) as catalog, path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refresh(catalog)
        running = TraceFilter(query=read_query("status:running", now_unix_ns=0))
        assert [trace.is_live for trace in find_traces(catalog, running).traces] == [True]
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert find_traces(catalog, running).traces == []


def test_what_comes_in_meanwhile_moves_no_page(home: Path) -> None:
    for number in range(4):
        write_segment(home, process_id(number), debugs(trace_id(number), 1, t=number * MS))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        first = find_traces(catalog, TraceFilter(limit=2))
        write_segment(home, process_id(9), debugs(trace_id(9), 1, t=9 * MS))
        refresh(catalog)
        second = find_traces(catalog, TraceFilter(limit=2, cursor=first.next_cursor))
    assert [trace.trace_id for trace in first.traces] == [trace_id(3), trace_id(2)]
    assert [trace.trace_id for trace in second.traces] == [trace_id(1), trace_id(0)]
    assert second.next_cursor is None


def test_a_search_goes_on_where_it_stopped_until_all_is_searched(home: Path) -> None:
    for number in range(6):
        lines = [line("log.emitted", trace_id(number), t=number, message=f"needle {number}")]
        write_segment(home, process_id(number), lines * (40 if number == 2 else 1))
    asked = read_query('"needle 0" or "needle 4" or "needle 2*needle 9"', now_unix_ns=0)
    found: list[str] = []
    stops: list[int | None] = []
    cursor = None
    with Catalog.open(home) as catalog:
        refresh(catalog)
        while True:
            page = find_traces(catalog, TraceFilter(query=asked, cursor=cursor), bytes_max=150)
            found += [trace.trace_id for trace in page.traces]
            stops.append(page.stopped_at_unix_ns)
            cursor = page.next_cursor
            if cursor is None:
                break
    assert found == [trace_id(4), trace_id(0)]
    assert stops[-1] is None
    assert all(stop is not None for stop in stops[:-1])
    assert len(stops) == len(set(stops)) > 2


def test_the_last_events_of_a_trace_are_searched_first(home: Path) -> None:
    lines = [
        *debugs(trace_id(1), 5_000),
        line("log.emitted", trace_id(1), t=6 * MS, message="needle"),
    ]
    write_segment(home, process_id(1), lines)
    asked = read_query("needle", now_unix_ns=0)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        found = find_traces(catalog, TraceFilter(query=asked), bytes_max=1)
    assert ([trace.trace_id for trace in found.traces], found.is_complete) == ([trace_id(1)], True)


def test_a_trace_larger_than_the_bound_is_passed_over_and_told(home: Path) -> None:
    write_segment(home, process_id(1), debugs(trace_id(1), 5_000, t=MS))
    write_segment(home, process_id(0), [line("log.emitted", trace_id(0), t=0, message="needle")])
    asked = read_query("needle", now_unix_ns=0)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        first = find_traces(catalog, TraceFilter(query=asked), bytes_max=1_000)
        assert (first.traces, first.is_complete) == ([], False)
        assert first.stopped_at_unix_ns == START_UNIX_NS + MS
        wanted = TraceFilter(query=asked, cursor=first.next_cursor)
        second = find_traces(catalog, wanted, bytes_max=1_000)
    assert [trace.trace_id for trace in second.traces] == [trace_id(0)]


def test_a_cursor_that_is_none_is_a_usage_error(mixed: Path) -> None:
    with Catalog.open(mixed) as catalog:
        with pytest.raises(UsageError, match="'abc' is damaged"):
            find_traces(catalog, TraceFilter(cursor="abc"))
        with pytest.raises(UsageError, match="'abc' is damaged"):
            find_errors(catalog, ErrorFilter(cursor="abc"))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [21, 18, 15, 12, 9, 6, 3, 0]),
        ("error:TimeoutError", [21, 15, 9, 3]),
        ('error:"order 1"', [18, 15, 12]),
        ("name:*app2*", [21]),
        ("-session:one", []),
        ("kettle", [21, 0]),
        ("kettle error:TimeoutError", [21]),
        ("until:2025-10-09T08:53:20.003Z", [3, 0]),
        ("fingerprint:absent", []),
    ],
)
def test_errors_are_found_by_themselves_and_by_their_traces(
    mixed: Path, query: str, numbers: list[int]
) -> None:
    asked = read_query(query, now_unix_ns=0)
    found: list[int] = []
    cursor = None
    with Catalog.open(mixed) as catalog:
        while True:
            page = find_errors(catalog, ErrorFilter(query=asked, limit=3, cursor=cursor))
            found += [int(error.error_id[1:]) for error in page.errors]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert found == numbers


def test_a_damaged_block_says_what_to_do(home: Path) -> None:
    write_segment(home, process_id(1), debugs(trace_id(1), 1))
    with Catalog.open(home) as catalog:
        refresh(catalog)
    connection = sqlite3.connect(home / "catalog.db")
    connection.execute("DROP TRIGGER block_is_append_only")
    connection.execute("UPDATE block SET payload = x'00'")
    connection.commit()
    connection.close()
    wanted = TraceFilter(query=read_query("needle", now_unix_ns=0))
    with Catalog.open(home) as catalog, pytest.raises(StoreError, match="is damaged") as raised:
        find_traces(catalog, wanted)
    assert "--rebuild" in raised.value.hint


CALLS = (
    ("Ask GPT", "GPT-4o", "ü"),
    ("ask gpt", "gpt-4o-mini", "Ü"),
    ("load 100%", "mistral", 7),
    ("Straße", None, "7"),
)


@pytest.fixture
def calls(home: Path) -> Path:
    """Write traces with a span, a call of a model and an attribute each."""
    for n, (name, model, user) in enumerate(CALLS):
        span = line(
            "span.started", trace_id(n), t=n, span=f"{n:016x}", name=name, attributes={"user": user}
        )
        asked = {} if model is None else {"gen_ai.request.model": model}
        call = line("llm.called", trace_id(n), t=n + 1, span=f"{n:016x}", attributes=asked)
        write_segment(home, process_id(n), [span, call])
    return home


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('span:"ask gpt"', {0, 1}),
        ('span:"ask*"', {0, 1}),
        ("span:*100%*", {2}),
        ("span:*100_*", set()),
        ("span:STRASSE", {3}),
        ("span:stra", set()),
        ("model:gpt-4o", {0}),
        ("model:GPT-*", {0, 1}),
        ("model:*", {0, 1, 2}),
        ("-model:*", {3}),
        ('model:"ask gpt"', set()),
        ("model:mistral or span:straße", {2, 3}),
        ("@user:7", {2, 3}),
        ("@user:7.0", {2}),
        ("@user:ü", {0, 1}),
        ("@user:u", set()),
        ("-@user:7", {0, 1}),
        ("gen_ai.request.model:GPT-4O", {0}),
        ("@user:7 model:mistral", {2}),
        ("@user:7 or model:gpt-4o", {0, 2, 3}),
    ],
)
def test_traces_are_found_by_spans_models_and_attributes(
    calls: Path, text: str, found: set[int]
) -> None:
    with Catalog.open(calls) as catalog:
        refresh(catalog)
        wanted = TraceFilter(query=read_query(text, now_unix_ns=0))
        ids = {trace.trace_id for trace in find_traces(catalog, wanted, bytes_max=1 << 30).traces}
    assert ids == {trace_id(n) for n in found}


def test_a_rare_attribute_is_found_without_reading_other_traces(calls: Path) -> None:
    with Catalog.open(calls) as catalog:
        refresh(catalog)
        wanted = TraceFilter(query=read_query("@user:7", now_unix_ns=0))
        pieces = [
            row for n in (2, 3) for row in catalog.rows("blocks_of_trace", trace_id=trace_id(n))
        ]
        few = sum(row["line_bytes"] for row in pieces)
        found = find_traces(catalog, wanted, bytes_max=few)
        assert len(found.traces) == 2
        assert found.is_complete
