from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

import builders
from backtrail.model.errors import NotFoundError
from backtrail.model.limits.reading import PAGE_EVENTS_MAX
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.page.material import gather, named_error
from page_sample import LOG_EVENT, candidate, why
from sample_store import ERROR, FAILED, HANDLED, WELL


def test_a_page_is_about_the_error_to_begin_with(material: Any) -> None:
    assert material.error.error_id == ERROR
    assert material.story.trace_id == FAILED
    assert material.why.error_id == ERROR


def test_a_page_is_about_the_error_that_is_named(catalog: Catalog) -> None:
    material = gather(catalog, FAILED, error_id=HANDLED)
    assert material.error is not None
    assert material.error.error_id == HANDLED


def test_a_trace_without_an_error_has_no_cause(catalog: Catalog) -> None:
    material = gather(catalog, WELL)
    assert (material.error, material.why) == (None, None)


def test_an_unknown_trace_is_not_found(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError):
        gather(catalog, "0" * 32)


def test_ids_and_places_are_shown_short(material: Any) -> None:
    assert material.id_shown == FAILED[:12]
    assert material.shown_id(LOG_EVENT) == f"{builders.process_id(1)[:12]}:4"
    assert material.shown_place("/app/shop.py", 7) == "shop.py:7"
    assert material.shown_place("/lib/json.py", 7) == "/lib/json.py:7"
    assert material.shown_place(None, None) == "an unknown place"


def test_the_events_of_the_causes_are_known(material: Any) -> None:
    told = structs.replace(material, why=why(candidate(), candidate("other:1")))
    assert told.chain_ids == {LOG_EVENT}
    assert told.candidate_ids == {LOG_EVENT, "other:1"}
    assert structs.replace(material, why=why()).chain_ids == set()


def test_an_event_of_a_cause_is_fetched_from_far_before_the_others(tmp_path: Path) -> None:
    home = tmp_path / ".backtrail"
    lines = [
        builders.process_started(FAILED),
        builders.line("environment.read", FAILED, t=900, name="TILL", value="till-7731-kestrel"),
        *builders.debugs(FAILED, PAGE_EVENTS_MAX + 50),
        builders.line(
            "error.raised",
            FAILED,
            t=10**12,
            **builders.error_body(ERROR, message="no till 'till-7731-kestrel'"),
        ),
    ]
    builders.write_segment(home, builders.process_id(1), lines)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        material = gather(catalog, FAILED)
    assert material.why is not None
    first = material.why.candidates[0].event.id
    assert first.endswith(":1")
    assert material.events[0].event_id == first
    assert len(material.events) == PAGE_EVENTS_MAX + 1


@pytest.mark.parametrize(
    ("text", "named"),
    [(ERROR, ERROR), (HANDLED[:20], HANDLED), ("latest", None), (FAILED, None), ("nope", None)],
)
def test_an_error_is_named_by_its_own_id(catalog: Catalog, text: str, named: str | None) -> None:
    assert named_error(catalog, text, FAILED) == named


def test_an_error_of_another_trace_is_not_named(catalog: Catalog) -> None:
    assert named_error(catalog, ERROR, WELL) is None
