from __future__ import annotations

from pathlib import Path

import builders
from backtrail.model.kinds import Link
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.views.related import related_traces, same_errors
from sample_store import WELL

OUTER, INNER, OTHER = (builders.trace_id(number) for number in (41, 42, 43))
PROCESS = builders.process_id(41)


def opened(tmp_path: Path) -> Catalog:
    """Two operations of one process, the inner begun in the outer, and an error in three traces."""
    home = tmp_path / ".backtrail"
    links = [{"relation": "child.of", "trace_id": OUTER}]
    lines = [
        builders.process_started(OUTER),
        builders.line("trace.started", INNER, t=2_000, name="inner", links=links),
        builders.line("error.raised", OUTER, t=3_000, **builders.error_body("0a" * 16)),
        builders.line("error.raised", INNER, t=4_000, **builders.error_body("0b" * 16)),
    ]
    builders.write_segment(home, PROCESS, lines)
    again = builders.line("error.raised", OTHER, t=9_000, **builders.error_body("0c" * 16))
    builders.write_segment(home, builders.process_id(43), [builders.process_started(OTHER), again])
    catalog = Catalog.open(home)
    refresh(catalog)
    return catalog


def test_traces_that_are_named_and_those_that_name_are_told(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        link = Link(relation="child.of", trace_id=OUTER)
        (up,) = related_traces(catalog, INNER, [link], [PROCESS])
        assert (up.trace_id, up.relation, up.is_named) == (OUTER, "child.of", True)
        (down,) = related_traces(catalog, OUTER, [], [PROCESS])
        assert (down.trace_id, down.relation, down.is_named) == (INNER, "child.of", False)
        assert (down.name, down.status) == ("inner", "error")


def test_a_trace_that_names_itself_is_no_other_trace(tmp_path: Path) -> None:
    home, links = tmp_path / ".backtrail", [{"relation": "retry.of", "trace_id": OUTER}]
    began = builders.line("trace.started", OUTER, t=2_000, name="ring", links=links)
    builders.write_segment(home, PROCESS, [began])
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert related_traces(catalog, OUTER, [], [PROCESS]) == []


def test_a_trace_that_is_not_in_the_store_is_named_all_the_same(catalog: Catalog) -> None:
    link = Link(relation="retry.of", trace_id="ff" * 16)
    (gone,) = related_traces(catalog, WELL, [link], [])
    assert (gone.trace_id, gone.name, gone.status, gone.time) == ("ff" * 16, None, None, None)


def test_errors_of_the_same_identity_in_other_traces_are_told_newest_first(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        fingerprint = builders.error_body("x")["fingerprint"]
        same = same_errors(catalog, OUTER, [fingerprint, fingerprint])
        assert [error.trace_id for error in same] == [OTHER, INNER]
        assert [
            error.trace_id for error in same_errors(catalog, OUTER, [fingerprint], limit=1)
        ] == [OTHER]
        assert same_errors(catalog, OUTER, ["another"]) == []
