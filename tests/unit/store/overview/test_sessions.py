from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.model.errors import UsageError
from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.overview.sessions import sessions
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


@pytest.fixture
def home_of_sessions(home: Path) -> Path:
    """Return a home of two sessions, and of traces without one."""
    for number, session in enumerate(["one", "two", None, "one"]):
        lines = [
            process_started(
                trace_id(number), t=number * 100, argv=[f"app{number}"], session=session
            ),
            line("error.raised", trace_id(number), t=number * 100 + 1, **error_body(f"e{number}")),
            # A trace of a job inside of that process.
            *debugs(trace_id(10 + number), 2, t=number * 100 + 2, step=1),
        ]
        write_segment(home, process_id(number), lines)
    return home


def test_traces_are_added_up_by_session(home_of_sessions: Path) -> None:
    with Catalog.open(home_of_sessions) as catalog:
        refresh(catalog)
        page = sessions(catalog)
        listed = {
            each.session: len(reading.traces(catalog, TraceFilter(session=each.session)))
            for each in page.sessions
            if each.session
        }
    one, none, two = page.sessions
    assert [one.session, none.session, two.session] == ["one", None, "two"]
    assert (one.traces, one.errors) == (4, 2)
    assert (one.first_unix_ns, one.last_unix_ns) == (START_UNIX_NS, START_UNIX_NS + 303)
    assert (one.last_trace_id, one.name) == (trace_id(13), "charge_card")
    assert (two.traces, none.traces) == (2, 2)
    assert listed == {"one": 4, "two": 2}


def test_sessions_come_in_pages(home_of_sessions: Path) -> None:
    found: list[str | None] = []
    cursor = None
    with Catalog.open(home_of_sessions) as catalog:
        refresh(catalog)
        for _ in range(3):
            page = sessions(catalog, limit=1, cursor=cursor)
            found += [each.session for each in page.sessions]
            cursor = page.next_cursor
        with pytest.raises(UsageError, match="is damaged"):
            sessions(catalog, cursor="x")
    assert (found, cursor) == (["one", None, "two"], None)


def test_without_traces_there_are_no_sessions(home: Path) -> None:
    with Catalog.open(home) as catalog:
        assert sessions(catalog).sessions == []
