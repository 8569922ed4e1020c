from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import builders
from backtrail.model.errors import NotFoundError
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail import telling
from backtrail.trail.telling import tell, tell_error
from sample_store import ERROR, FAILED, HANDLED, write_store


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """The catalogue of the sample store."""
    with Catalog.open(write_store(tmp_path)) as catalog:
        refresh(catalog)
        yield catalog


def test_a_short_trace_is_told_whole(catalog: Catalog) -> None:
    story = tell(catalog, FAILED)
    assert [line.event_id for line in story.events] == [
        f"{builders.process_id(1)}:{seq}" for seq in range(9)
    ]
    assert [error.error_id for error in story.errors] == [ERROR, HANDLED]
    assert story.event_count == 9


def test_a_long_trace_is_told_by_its_structure_errors_and_end(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tell(catalog, FAILED)
    monkeypatch.setattr(telling, "STORY_EVENTS_MAX", 8)
    story = tell(catalog, FAILED, events_max=2)
    assert story.outline == whole.outline
    assert story.errors == whole.errors
    assert story.lost == whole.lost
    assert [line.kind for line in story.events] == ["span.ended", "process.ended"]
    assert story.event_count == 9


def test_only_the_last_errors_are_told_in_full(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "STORY_ERRORS_MAX", 1)
    assert [error.error_id for error in tell(catalog, FAILED).errors] == [ERROR]


def test_all_events_are_told_on_request(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "STORY_EVENTS_MAX", 1)
    assert len(tell(catalog, FAILED, events_max=None).events) == 9


def test_one_error_can_be_told_alone(catalog: Catalog) -> None:
    assert tell_error(catalog, HANDLED).message == "odd sku"


def test_what_is_not_there_cannot_be_told(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError):
        tell(catalog, "f" * 32)
    with pytest.raises(NotFoundError):
        tell_error(catalog, "f" * 32)
