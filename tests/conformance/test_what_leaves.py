from __future__ import annotations

import pytest

from backtrail.model.clock import NS_PER_S
from backtrail.model.errors import NewerFormatError
from backtrail.store import health, reading, retention
from backtrail.store.engines.protocol import Format
from backtrail.store.retention import Retention
from builders import START_UNIX_NS, debugs, line, process_id, trace_id, write_segment
from kept_stores import Kept
from mixed_store import everything, write_mixed

DAY_NS = 24 * 3_600 * NS_PER_S
NOISE = 0x9E3779B97F4A7C15


def write_days(kept: Kept, days: int, *, events: int = 3) -> None:
    """Write a trace a day, each of a process of its own and with little that can be compressed."""
    for day in range(days):
        lines = [
            line(
                "debug.recorded", trace_id(day), t=day * DAY_NS + n, action="a", noise=noise(day, n)
            )
            for n in range(events)
        ]
        write_segment(kept.home, process_id(day), lines)


def noise(day: int, n: int) -> str:
    number = day * 10_000 + n + 1
    return "".join(f"{number * NOISE * (k + 1) % (1 << 64):016x}" for k in range(20))


@pytest.mark.parametrize(
    "limits",
    [Retention(age_s_max=3.5 * 86_400), Retention(traces_max=4)],
    ids=["age", "count"],
)
def test_what_is_too_old_or_too_much_leaves_with_all_that_was_known_of_it(
    kept: Kept, limits: Retention
) -> None:
    write_days(kept, 60)
    now = START_UNIX_NS + 60 * DAY_NS
    with kept.indexed() as catalog:
        planned = retention.plan(catalog, limits, now)
        gone = len(planned.traces)
        assert gone == (57 if limits.age_s_max else 56)
        done = retention.apply(catalog, planned)
        assert done.traces == planned.traces
        left = {trace_id(n) for n in range(gone, 60)}
        assert {trace.trace_id for trace in reading.traces(catalog)} == left
        for n in range(60):
            events = list(reading.events(catalog, trace_id(n)))
            assert len(events) == (0 if n < gone else 3)
            assert (catalog.row("process", process=process_id(n)) is None) is True
        assert retention.plan(catalog, limits, now).traces == []
    with kept.indexed() as catalog:
        assert {trace.trace_id for trace in reading.traces(catalog)} == left


def test_a_store_shrinks_to_its_size_and_no_further(kept: Kept) -> None:
    write_days(kept, 8, events=4_000)
    with kept.indexed() as catalog:
        catalog.give_back()
        before = retention.size_on_disk(catalog)
        limit = before * 2 // 3
        planned = retention.plan(catalog, Retention(bytes_max=limit), START_UNIX_NS + 9 * DAY_NS)
        assert {trace.reason for trace in planned.traces} == {"size"}
        assert 1 <= len(planned.traces) <= 4
        done = retention.apply(catalog, planned)
        assert done.bytes_freed > before // 5
        again = retention.plan(catalog, Retention(bytes_max=limit), START_UNIX_NS + 9 * DAY_NS)
        assert again.traces == []
        for trace in reading.traces(catalog):
            assert len(list(reading.events(catalog, trace.trace_id))) == 4_000


def test_a_later_format_is_refused_with_the_version_to_install(kept: Kept) -> None:
    later = Format(version=kept.version + 1, steps={kept.version: "CREATE TABLE more (a TEXT);"})
    with kept.open():
        pass
    engine = kept.engine(later)
    with engine.writing():
        engine.run("set_meta", {"name": "writer", "value": "7.8.9"})
    engine.close()
    with pytest.raises(
        NewerFormatError, match=f"has catalogue format {kept.version + 1}"
    ) as raised:
        kept.open()
    assert "backtrail>=7.8.9" in raised.value.hint


def test_an_older_format_is_brought_up_step_by_step_and_only_once(kept: Kept) -> None:
    write_mixed(kept.home)
    with kept.indexed() as catalog:
        before = everything(catalog)
    steps = {
        kept.version: "CREATE TABLE first (a INTEGER, b TEXT); INSERT INTO first VALUES (1, 'x');",
        kept.version + 1: "CREATE TABLE second AS SELECT a + 1 AS a FROM first;",
    }
    wanted = Format(version=kept.version + 2, steps=steps)
    for _ in range(2):
        engine = kept.engine(wanted)
        engine.close()
    engine = kept.engine(wanted)
    with engine.writing():
        # A second row in `first`, or `second` made twice, would have failed above.
        engine.run_script("CREATE UNIQUE INDEX one ON first (b); INSERT INTO second VALUES (3);")
    engine.close()
    assert len(before["traces"]) > 1


def test_a_step_that_fails_changes_nothing(kept: Kept) -> None:
    with kept.open() as catalog:
        catalog.run("set_meta", name="a", value="1")
    steps = {kept.version: "CREATE TABLE first (a INTEGER); INSERT INTO absent VALUES (1);"}
    with pytest.raises(Exception, match="absent"):
        kept.engine(Format(version=kept.version + 1, steps=steps))
    steps = {kept.version: "CREATE TABLE first (a INTEGER);"}
    kept.engine(Format(version=kept.version + 1, steps=steps)).close()


def test_a_store_says_how_it_is(kept: Kept) -> None:
    write_mixed(kept.home)
    with kept.indexed():
        pass
    found = health.examine(kept.home, store=kept.store)
    assert found.engine == ("SQLite" if kept.store is None else "PostgreSQL")
    assert found.problems == []
    assert found.catalog_bytes > 50_000
    assert found.contents is not None
    assert found.contents.segments == 25


def test_two_projects_of_one_name_do_not_meet(kept: Kept) -> None:
    other = Kept(
        kept.home.parent.parent / "other" / kept.home.parent.name / ".backtrail", kept.store
    )
    other.home.mkdir(parents=True)
    write_segment(kept.home, process_id(1), debugs(trace_id(1), 3))
    write_segment(other.home, process_id(2), debugs(trace_id(2), 3))
    with kept.indexed() as one, other.indexed() as two:
        assert [trace.trace_id for trace in reading.traces(one)] == [trace_id(1)]
        assert [trace.trace_id for trace in reading.traces(two)] == [trace_id(2)]
