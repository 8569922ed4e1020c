from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.errors import NotFoundError, StoreError
from backtrail.model.limits.reading import BLOCK_EVENTS_MAX
from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from builders import (
    START_UNIX_NS,
    debugs,
    error_body,
    line,
    process_id,
    process_started,
    trace_id,
    write_segment,
)

TRACE = trace_id(1)
Opener = Callable[[], AbstractContextManager[Catalog]]


def log(message: str, trace: str = TRACE, *, t: int = 5) -> bytes:
    return line("log.emitted", trace, t=t, level="INFO", logger="shop", message=message)


@given(
    writers=st.lists(st.lists(st.integers(0, 50), min_size=1, max_size=15), min_size=1, max_size=4),
    count=st.integers(0, 70),
)
def test_events_of_a_trace_keep_each_processs_order_and_the_last_are_its_end(
    tmp_path_factory: pytest.TempPathFactory, writers: list[list[int]], count: int
) -> None:
    home = tmp_path_factory.mktemp("home")
    for number, times in enumerate(writers):
        lines = [debugs(TRACE, 1, t=t)[0] for t in sorted(times)]
        write_segment(home, process_id(number), lines)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        found = list(reading.events(catalog, TRACE))
        last = reading.last_events(catalog, TRACE, count)
        pages = []
        after: str | None = None
        while page := list(reading.events(catalog, TRACE, after=after, limit=7)):
            pages += page
            after = page[-1].event_id
    expected = sorted(
        (START_UNIX_NS + t, process_id(number), seq)
        for number, times in enumerate(writers)
        for seq, t in enumerate(sorted(times))
    )
    assert [(event.time_unix_ns, event.process, event.seq) for event in found] == expected
    assert last == (found[-count:] if count else [])
    assert pages == found


def test_only_the_kinds_that_are_wanted_are_read(home: Path, indexed: Opener) -> None:
    lines = [*debugs(TRACE, BLOCK_EVENTS_MAX + 5), log("a"), *debugs(TRACE, 3), log("b")]
    write_segment(home, process_id(1), lines)
    with indexed() as catalog:
        found = list(reading.events(catalog, TRACE, kinds={"log.emitted", "span.started"}))
        last = reading.last_events(catalog, TRACE, 1, kinds=["log.emitted"])
    assert [event.body["message"] for event in found] == ["a", "b"]
    assert [event.body["message"] for event in last] == ["b"]


def test_an_unknown_trace_has_no_events_and_no_summary(indexed: Opener) -> None:
    with indexed() as catalog:
        assert list(reading.events(catalog, TRACE)) == []
        assert reading.last_events(catalog, TRACE, 5) == []
        with pytest.raises(NotFoundError):
            reading.trace_summary(catalog, TRACE)


def test_nothing_follows_an_event_that_is_not_there(home: Path, indexed: Opener) -> None:
    write_segment(home, process_id(1), debugs(TRACE, 3))
    with indexed() as catalog:
        assert list(reading.events(catalog, TRACE, after="nobody:7")) == []


def test_traces_come_newest_first_and_a_limit_says_that_there_are_more(
    home: Path, indexed: Opener
) -> None:
    for number in (2, 3, 1):
        write_segment(home, process_id(number), debugs(trace_id(number), 1, t=number))
    with indexed() as catalog:
        found = reading.find(catalog, TraceFilter(limit=2))
        assert [trace.trace_id for trace in found.traces] == [trace_id(3), trace_id(2)]
        assert not found.is_complete
        assert reading.find(catalog, TraceFilter(limit=3)).is_complete


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("card 17 refused", True),
        ("CARD 17 Refused", True),
        ('said "no"', True),
        ("two\nlines", True),
        ("straße", True),
        ('"level":"INFO"', True),
        ("Straße 8", False),
        ("card 18", False),
        ('"level":"DEBUG"', False),
    ],
)
def test_a_text_is_found_in_either_case_and_as_it_was_meant(
    home: Path, indexed: Opener, text: str, *, is_found: bool
) -> None:
    write_segment(home, process_id(1), [log("no"), log('Card 17 refused: said "no"')])
    write_segment(home, process_id(2), [log("two\nlines in der Straße")])
    with indexed() as catalog:
        assert bool(reading.traces(catalog, TraceFilter(grep=text))) == is_found


def test_a_text_search_respects_the_other_conditions(home: Path, indexed: Opener) -> None:
    for number in range(4):
        lines = [
            process_started(trace_id(number), t=number, argv=[f"app{number}"]),
            *debugs(trace_id(number), 1),
        ]
        write_segment(home, process_id(number), lines)
    with indexed() as catalog:
        names = [t.name for t in reading.traces(catalog, TraceFilter(grep="charge_card"))]
        assert names == ["app3", "app2", "app1", "app0"]
        wanted = TraceFilter(grep="charge_card", name="app2")
        assert [t.name for t in reading.traces(catalog, wanted)] == ["app2"]
        since = TraceFilter(grep="charge_card", since_unix_ns=START_UNIX_NS + 2)
        assert [t.name for t in reading.traces(catalog, since)] == ["app3", "app2"]


def test_a_text_search_that_stops_says_where(home: Path, indexed: Opener) -> None:
    for number in range(5):
        write_segment(home, process_id(number), [log("needle", trace_id(number), t=number * 10)])
    with indexed() as catalog:
        wanted = TraceFilter(grep="needle")
        found = reading.find(catalog, wanted, bytes_max=200)
        assert [trace.trace_id for trace in found.traces] == [trace_id(4), trace_id(3)]
        assert found.stopped_at_unix_ns == START_UNIX_NS + 20
        assert not found.is_complete
        assert reading.find(catalog, wanted).is_complete
        assert not reading.find(catalog, TraceFilter(grep="needle", limit=2)).is_complete


def test_a_text_is_searched_through_many_pages_of_blocks(home: Path, indexed: Opener) -> None:
    lines = [log(f"item {number}", trace_id(number), t=number) for number in range(700)]
    write_segment(home, process_id(1), lines)
    with indexed() as catalog:
        found = reading.traces(catalog, TraceFilter(grep='"item 0"'))
    assert [trace.trace_id for trace in found] == [trace_id(0)]


def test_an_error_is_read_in_full(home: Path, indexed: Opener) -> None:
    lines = debugs(TRACE, BLOCK_EVENTS_MAX * 3)
    body = error_body("e1", message="m" * 5_000)
    lines.insert(700, line("error.raised", TRACE, t=7, span="ab" * 8, **body))
    write_segment(home, process_id(1), lines)
    with indexed() as catalog:
        error = reading.error(catalog, "e1")
        summary = reading.errors(catalog)[0]
    assert error.body == body
    assert (error.event.seq, error.event.span_id) == (700, "ab" * 8)
    assert error.summary == summary
    assert (summary.type, summary.file, summary.line) == ("KeyError", "/app/shop.py", 42)
    assert 0 < len(summary.message) < 5_000


def test_errors_come_newest_first_of_one_trace_or_of_all(home: Path, indexed: Opener) -> None:
    lines = [
        line("error.raised", trace_id(n % 2), t=n, **error_body(f"e{n}", fingerprint=f"f{n // 2}"))
        for n in range(6)
    ]
    write_segment(home, process_id(1), lines)

    with indexed() as catalog:

        def ids(**wanted: object) -> str:
            return "".join(error.error_id for error in reading.errors(catalog, **wanted))  # type: ignore[arg-type]

        assert ids() == "e5e4e3e2e1e0"
        assert ids(trace_id=trace_id(0)) == "e4e2e0"
        assert ids(fingerprint="f1") == "e3e2"
        assert ids(since_unix_ns=START_UNIX_NS + 4, limit=1) == "e5"


def test_an_unknown_error_says_where_they_are_listed(indexed: Opener) -> None:
    with indexed() as catalog, pytest.raises(NotFoundError) as raised:
        reading.error(catalog, "nothing")
    assert "backtrail errors" in raised.value.hint


def test_a_damaged_block_says_how_to_make_the_catalogue_anew(home: Path, indexed: Opener) -> None:
    write_segment(home, process_id(1), debugs(TRACE, 3))
    with indexed():
        pass
    connection = sqlite3.connect(home / "catalog.db")
    connection.execute("DROP TRIGGER block_is_append_only")
    connection.execute("UPDATE block SET payload = ?", (zlib.compress(b"x")[:-3],))
    connection.commit()
    connection.close()
    with indexed() as catalog:
        with pytest.raises(StoreError) as raised:
            list(reading.events(catalog, TRACE))
        assert "--rebuild" in raised.value.hint
        with pytest.raises(StoreError, match="damaged"):
            reading.traces(catalog, TraceFilter(grep="x"))


def test_an_id_of_any_sort_leads_to_its_trace(home: Path, indexed: Opener) -> None:
    write_segment(
        home,
        process_id(1),
        [process_started(TRACE), line("error.raised", TRACE, t=5, **error_body("e1"))],
    )
    with indexed() as catalog:
        assert reading.resolve_trace(catalog, "e1") == TRACE
        assert reading.resolve_error(catalog, TRACE) == "e1"


def test_an_event_is_found_by_its_place(home: Path, indexed: Opener) -> None:
    write_segment(home, process_id(1), debugs(TRACE, 1_000))
    with indexed() as catalog:
        event = reading.event(catalog, TRACE, process=process_id(1), seq=777)
        assert event is not None
        assert event.body["attributes"] == {"number": 777}
        assert reading.event(catalog, TRACE, process=process_id(1), seq=1_000) is None
        assert reading.event(catalog, TRACE, process=process_id(2), seq=1) is None


def test_a_trace_that_a_program_begins_is_of_its_session_and_command(
    home: Path, indexed: Opener
) -> None:
    began = process_started(trace_id(1), argv=["app.py"], session="till")
    operation = line("span.started", trace_id(2), t=9_000, span="00f067aa0ba902b7", name="checkout")
    write_segment(home, process_id(1), [began, operation])
    with indexed() as catalog:
        listed = reading.traces(catalog, TraceFilter(session="till"))
        assert {trace.trace_id for trace in listed} == {trace_id(1), trace_id(2)}
        assert reading.traces(catalog, TraceFilter(session="kiosk")) == []
        found = reading.trace_summary(catalog, trace_id(2))
    assert (found.name, found.session, found.command) == ("checkout", "till", ["app.py"])


def test_holes_in_the_journal_of_a_process_are_told(home: Path, indexed: Opener) -> None:
    process, trace = process_id(81), trace_id(81)
    write_segment(home, process, debugs(trace, 3))
    write_segment(home, process, debugs(trace, 2, t=9_000), segment=2, seq=10, tail=b'{"t":')
    with indexed() as catalog:
        found = [(hole.seq, hole.count, hole.is_torn) for hole in reading.holes(catalog, process)]
        assert reading.holes(catalog, process_id(82)) == []
    assert found == [(3, 7, False), (10, 1, True)]


def test_a_torn_line_is_not_missing_too(home: Path, indexed: Opener) -> None:
    process, trace = process_id(81), trace_id(81)
    write_segment(home, process, debugs(trace, 3), tail=b'{"t":')
    write_segment(home, process, debugs(trace, 2, t=9_000), segment=2, seq=4)
    with indexed() as catalog:
        found = [(hole.count, hole.is_torn) for hole in reading.holes(catalog, process)]
    assert found == [(1, True)]


def test_the_traces_that_a_process_told_of_are_known(home: Path, indexed: Opener) -> None:
    process, one, other = process_id(81), trace_id(81), trace_id(82)
    lines = [*debugs(one, 2), *debugs(other, 2), *debugs(one, 2)]
    write_segment(home, process, lines)
    with indexed() as catalog:
        assert sorted(reading.traces_beside(catalog, process, limit=9)) == [one, other]
        assert len(reading.traces_beside(catalog, process, limit=1)) == 1
        assert reading.traces_beside(catalog, "nobody", limit=9) == []
