from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backtrail.model.limits.reading import PAGE_ROWS_MAX
from backtrail.store import reading
from backtrail.store.answers import ErrorFilter, TraceFilter, TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.query.fields import read_query
from builders import debugs, line, process_id, process_started, trace_id, write_segment

FILTERS = st.builds(
    TraceFilter,
    errors_only=st.booleans(),
    slower_than_ms=st.none() | st.sampled_from([0.0, 0.002, 1.0, 5.0]),
    name=st.none() | st.sampled_from(["", "APP", "straße", "STRASSE", "7", "%", "none"]),
    session=st.none() | st.sampled_from(["one", "two", "absent"]),
    since_unix_ns=st.none() | st.integers(0, 12).map(lambda n: 1_760_000_000_000_000_000 + n),
)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with traces of many sorts."""
    home = tmp_path_factory.mktemp("home")
    for n in range(12):
        lines = [
            process_started(
                trace_id(n),
                t=n,
                argv=[f"App{n} Straße 100%"],
                session=("one", "two", None)[n % 3],
            ),
            *debugs(trace_id(n), n, t=n * 500_000),
        ]
        if n % 4 == 0:
            lines.append(line("run.ended", trace_id(n), t=n, run_id="r", exit_code=n))
        write_segment(home, process_id(n), lines)
    with Catalog.open(home) as catalog:
        refresh(catalog)
    return home


def lets_through(wanted: TraceFilter, trace: TraceSummary) -> bool:
    """Tell in the plainest way whether a filter lets a trace through."""
    return (
        not (wanted.errors_only and not trace.errors and trace.status != "error")
        and trace.took_ms >= (wanted.slower_than_ms or 0)
        and (not wanted.name or wanted.name.casefold() in trace.name.casefold())
        and (wanted.session is None or trace.session == wanted.session)
        and (wanted.since_unix_ns is None or trace.start_unix_ns >= wanted.since_unix_ns)
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=FILTERS)
def test_a_filter_means_what_its_members_say(mixed: Path, wanted: TraceFilter) -> None:
    with Catalog.open(mixed) as catalog:
        everything = reading.traces(catalog)
        found = reading.traces(catalog, wanted)
    assert found == [trace for trace in everything if lets_through(wanted, trace)]


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (TraceFilter(errors_only=True), "errors:>0 or status:error"),
        (TraceFilter(slower_than_ms=250.0), "duration:>=250ms"),
        (TraceFilter(name="2*3"), r'name:"*2\*3*"'),
        (TraceFilter(session="till"), "session:till"),
        (TraceFilter(since_unix_ns=7_000), "since:1970-01-01T00:00:00.000007Z"),
        (TraceFilter(grep='say "hi"'), r'text:"say \"hi\""'),
        (TraceFilter(name="a", session="b"), "name:*a* session:b"),
        (TraceFilter(), ""),
        (ErrorFilter(since_unix_ns=7_000), "since:1970-01-01T00:00:00.000007Z"),
        (ErrorFilter(fingerprint="KeyError@a.py:f"), "fingerprint:KeyError@a.py:f"),
    ],
)
def test_a_filter_and_the_terms_of_a_query_are_one(
    wanted: TraceFilter | ErrorFilter, text: str
) -> None:
    assert wanted.terms == read_query(text, now_unix_ns=0)


def test_the_filters_of_the_test_above_tell_traces_apart(mixed: Path) -> None:
    with Catalog.open(mixed) as catalog:
        sizes = {
            len(reading.traces(catalog, wanted))
            for wanted in (
                TraceFilter(),
                TraceFilter(errors_only=True),
                TraceFilter(slower_than_ms=1.0),
                TraceFilter(name="STRASSE", session="one"),
                TraceFilter(name="7"),
            )
        }
    assert sizes == {12, 2, 10, 4, 1}


def test_a_limit_is_never_more_than_a_page() -> None:
    assert TraceFilter(limit=PAGE_ROWS_MAX + 1).rows_max == PAGE_ROWS_MAX
    assert TraceFilter(limit=-1).rows_max == 0
    assert ErrorFilter(limit=PAGE_ROWS_MAX + 1).rows_max == PAGE_ROWS_MAX
