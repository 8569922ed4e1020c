from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import builders
import sample_store
import sample_views
from backtrail.model.errors import NotFoundError
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail import telling
from backtrail.trail.telling import tell
from backtrail.trail.whole import trail
from sample_store import FAILED
from sample_views import PROCESS, SHOP


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A store of three traces: one that failed, one that went well, one with all aspects."""
    home = sample_store.write_store(tmp_path)
    sample_views.write_store(tmp_path)
    with Catalog.open(home) as opened:
        refresh(opened)
        yield opened


def test_every_aspect_of_a_trace_is_in_one_object(catalog: Catalog) -> None:
    told = trail(catalog, SHOP)
    assert told.trace_id == SHOP
    assert (told.llm.count, told.http.count, told.state.count) == (3, 1, 2)
    assert [one.locks for one in told.locks.inversions] == [["lock A", "lock B"]]
    assert [one.type for one in told.swallowed.places] == ["KeyError"]
    assert told.performance.bottleneck is not None
    assert (told.gaps, told.related, told.same_errors, told.notes) == ([], [], [], [])


def test_it_tells_the_same_story(catalog: Catalog) -> None:
    told, story = msgspec.to_builtins(trail(catalog, FAILED)), tell(catalog, FAILED)
    assert {name: told[name] for name in story.__struct_fields__} == msgspec.to_builtins(story)


def test_it_can_be_read_back_from_json(catalog: Catalog) -> None:
    told = trail(catalog, SHOP)
    assert msgspec.json.decode(msgspec.json.encode(told), type=type(told)) == told


def test_of_a_long_trace_the_last_of_each_sort_is_read(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "STORY_EVENTS_MAX", 12)
    monkeypatch.setattr(telling, "TRAIL_EVENTS_MAX", 1)
    told = trail(catalog, SHOP, events_max=1)
    assert [call.event_id for call in told.llm.calls] == [f"{PROCESS}:9"]
    assert [change.name for change in told.state.changes] == ["parcel.weight_kg"]
    assert [row.name for row in told.outline] == ["order", "price", "advice"]
    assert told.notes[0].startswith("the trace is long: 13 of its 26 events were looked at")


def test_what_is_missing_is_told_where_it_is_missing(tmp_path: Path) -> None:
    home, trace, process = tmp_path / ".backtrail", builders.trace_id(51), builders.process_id(51)
    lines = [builders.process_started(trace), *builders.debugs(trace, 3)]
    dropped = builders.line("journal.dropped", trace, t=5_000, reason="disk full", count=132)
    builders.write_segment(home, process, [*lines, dropped])
    builders.write_segment(
        home, process, builders.debugs(trace, 2, t=9_000), segment=2, seq=25, tail=b'{"t":1,'
    )
    with Catalog.open(home) as opened:
        refresh(opened)
        told = trail(opened, trace)
    assert [(gap.what, gap.count) for gap in told.gaps] == [
        ("dropped", 132), ("missing", 20), ("torn", 1), ("killed", None),
    ]  # fmt: skip
    assert told.gaps[0].text == "132 events dropped here: disk full"


def test_an_operation_that_was_begun_in_another_is_told_beside_it(tmp_path: Path) -> None:
    home, process = tmp_path / ".backtrail", builders.process_id(52)
    root, outer, inner = (builders.trace_id(number) for number in (52, 53, 54))
    links = [{"relation": "child.of", "trace_id": outer}]
    lines = [
        builders.process_started(root),
        builders.line("trace.started", outer, t=1_000, name="outer"),
        builders.line("trace.started", inner, t=2_000, name="inner", links=links),
    ]
    builders.write_segment(home, process, lines)
    with Catalog.open(home) as opened:
        refresh(opened)
        told = trail(opened, outer)
    assert [(other.trace_id, other.is_named) for other in told.related] == [(inner, False)]


def test_an_unknown_trace_is_not_found(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError):
        trail(catalog, builders.trace_id(404))
