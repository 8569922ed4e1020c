from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backtrail.model.limits.reading import PAGE_ROWS_MAX
from backtrail.store import reading
from backtrail.store.answers import TraceFilter, conditions, since
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=FILTERS)
def test_sql_and_python_agree_on_what_a_filter_lets_through(
    mixed: Path, wanted: TraceFilter
) -> None:
    with Catalog.open(mixed) as catalog:
        everything = reading.traces(catalog)
        found = reading.traces(catalog, wanted)
    assert found == [trace for trace in everything if wanted.lets_through(trace)]


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


def test_a_filter_without_conditions_lets_all_time_through() -> None:
    assert conditions(TraceFilter())["since_unix_ns"] == since(None) < 0
    assert since(7) == 7
