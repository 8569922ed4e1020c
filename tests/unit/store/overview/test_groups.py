from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.model.errors import UsageError
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.overview.groups import error_groups
from builders import START_UNIX_NS, error_body, line, process_id, trace_id, write_segment

HOUR = 3_600_000_000_000
NOW = START_UNIX_NS + 24 * HOUR


def raised(n: int, fingerprint: str, *, t: int, trace: int = 1, message: str = "bad") -> bytes:
    body = error_body(f"{n:032x}", fingerprint=fingerprint, message=message)
    return line("error.raised", trace_id(trace), t=t, **body)


@pytest.fixture
def grouped(home: Path) -> Path:
    """Return a home with three groups: b the oldest, then a, then c."""
    write_segment(
        home,
        process_id(1),
        [
            raised(1, "a", t=HOUR),
            line("error.repeated", trace_id(1), t=HOUR + 1, fingerprint="a", count=3),
            line("error.repeated", trace_id(1), t=HOUR + 2, fingerprint="a", count=7),
            raised(2, "b", t=2 * HOUR),
            raised(3, "a", t=5 * HOUR + 1, trace=2),
            line("error.repeated", trace_id(2), t=5 * HOUR + 2, fingerprint="a", count=2),
            raised(4, "a", t=23 * HOUR, trace=2, message="worse"),
            raised(5, "c", t=30 * HOUR, trace=3),
        ],
    )
    return home


def test_errors_that_share_a_fingerprint_are_one_group(grouped: Path) -> None:
    with Catalog.open(grouped) as catalog:
        refresh(catalog)
        page = error_groups(catalog, now_unix_ns=NOW)
        repeats = sum(error.repeats for error in reading.errors(catalog, fingerprint="a"))
    assert [group.fingerprint for group in page.groups] == ["c", "a", "b"]
    a = page.groups[1]
    assert (a.type, a.message) == ("KeyError", "worse")
    assert (a.file, a.line, a.function) == ("/app/shop.py", 42, "charge")
    assert (a.count, repeats, a.traces) == (3 + 7 + 2, 9, 2)
    assert (a.first_unix_ns, a.last_unix_ns) == (START_UNIX_NS + HOUR, START_UNIX_NS + 23 * HOUR)
    assert (a.last_error_id, a.last_trace_id) == (f"{4:032x}", trace_id(2))
    assert page.next_cursor is None


def test_a_trend_counts_errors_hour_by_hour_of_the_last_day(grouped: Path) -> None:
    with Catalog.open(grouped) as catalog:
        refresh(catalog)
        later = error_groups(catalog, now_unix_ns=NOW)
        c, a, b = (group.trend for group in later.groups)
    assert [hour for hour, count in enumerate(a) for _ in range(count)] == [1, 5, 23]
    assert b.index(1) == 2
    assert c == [0] * 23 + [1], "a clock that is ahead belongs to the end"


def test_since_a_time_only_what_happened_since_is_counted(grouped: Path) -> None:
    with Catalog.open(grouped) as catalog:
        refresh(catalog)
        since = START_UNIX_NS + 5 * HOUR
        page = error_groups(catalog, now_unix_ns=since + 24, since_unix_ns=since)
    assert [group.fingerprint for group in page.groups] == ["c", "a"]
    a = page.groups[1]
    assert (a.count, a.traces) == (2 + 2, 1)
    assert a.first_unix_ns == START_UNIX_NS + HOUR
    assert a.trend[1] == 1
    assert sum(a.trend) == 2


def test_groups_come_in_pages(grouped: Path) -> None:
    found: list[str] = []
    cursor = None
    with Catalog.open(grouped) as catalog:
        refresh(catalog)
        for _ in range(3):
            page = error_groups(catalog, now_unix_ns=NOW, limit=1, cursor=cursor)
            found += [group.fingerprint for group in page.groups]
            cursor = page.next_cursor
        with pytest.raises(UsageError, match="is damaged"):
            error_groups(catalog, now_unix_ns=NOW, cursor="x")
    assert (found, cursor) == (["c", "a", "b"], None)


def test_without_errors_there_are_no_groups(home: Path) -> None:
    with Catalog.open(home) as catalog:
        assert error_groups(catalog, now_unix_ns=NOW).groups == []
