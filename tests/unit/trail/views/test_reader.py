from __future__ import annotations

from backtrail.store.catalog import Catalog
from backtrail.trail.views.lock_timeline import LockReader
from backtrail.trail.views.performance import PerformanceReader
from backtrail.trail.views.reader import read
from backtrail.trail.views.state_history import StateReader
from backtrail.trail.views.transcripts import LlmCallsReader
from sample_store import WELL
from sample_views import SHOP


def test_a_view_is_read_from_the_store(catalog: Catalog) -> None:
    assert read(catalog, SHOP, LlmCallsReader()).count == 3
    assert read(catalog, SHOP, StateReader()).count == 2
    assert len(read(catalog, SHOP, LockReader()).locks) == 2
    assert read(catalog, SHOP, PerformanceReader()).span_count == 3


def test_a_trace_without_such_events_has_an_empty_view(catalog: Catalog) -> None:
    assert read(catalog, WELL, LlmCallsReader()).calls == []
