from __future__ import annotations

import pytest

from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.trail.views.recent_performance import recent_performance
from backtrail.trail.views.timing import names
from sample_store import FAILED
from sample_views import SHOP


def test_the_time_of_many_traces_is_added_up_by_name(catalog: Catalog) -> None:
    told = recent_performance(catalog, TraceFilter())
    assert told.trace_count == 3
    assert [(one.name, one.failed, one.slowest) for one in told.traces][:2] == [
        ("order", 0, SHOP), ("checkout", 1, FAILED),
    ]  # fmt: skip
    assert {"order", "checkout", "load prices"} <= {one.name for one in told.spans}
    assert "small-1" in {one.name for one in told.calls}
    assert {one.share for one in (*told.traces, *told.spans, *told.calls)} == {None}


def test_only_the_traces_that_are_wanted_count(catalog: Catalog) -> None:
    told = recent_performance(catalog, TraceFilter(errors_only=True))
    assert [one.name for one in told.traces] == ["checkout"]
    assert recent_performance(catalog, TraceFilter(limit=1)).trace_count == 1


def test_names_that_are_left_out_are_told(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "SPAN_NAMES_MAX", 1)
    (note,) = recent_performance(catalog, TraceFilter()).notes
    assert "too many different names" in note
