from __future__ import annotations

import pytest

from backtrail.trail.views.timing import usage as module
from backtrail.trail.views.timing.usage import UsageReader
from built_events import Recorded


def test_what_operations_of_one_name_used_is_added_up() -> None:
    process, reader = Recorded(), UsageReader()
    grown = [{"place": "a.py:1", "bytes": 9, "count": 1}]
    for event in (
        process.event("operation.measured", 1, name="a", took_ms=5.0, cpu_ms=2.0,
                      peak_memory_bytes=100, gc_pauses=1, gc_pause_ms=0.5, allocated=grown),
        process.event("operation.measured", 2, name="a", took_ms=7.0, cpu_ms=3.0,
                      peak_memory_bytes=50, gc_pauses=2, gc_pause_ms=0.5),
        process.event("operation.measured", 3, name="b", took_ms=1.0),
        process.event("operation.measured", 4),
        process.event("debug.recorded", 5),
    ):  # fmt: skip
        reader.take(event)
    a, b = reader.view()
    assert (a.name, a.count, a.took_ms, a.cpu_ms, a.peak_memory_bytes) == ("a", 2, 12.0, 5.0, 100)
    assert (a.gc_pauses, a.gc_pause_ms, a.allocated) == (3, 1.0, grown)
    assert (b.cpu_ms, b.peak_memory_bytes, b.gc_pauses) == (None, None, None)


def test_names_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPAN_NAMES_MAX", 1)
    process, reader = Recorded(), UsageReader()
    for name in "abc":
        reader.take(process.event("operation.measured", 1, name=name, took_ms=1.0))
    assert ([one.name for one in reader.view()], reader.cut) == (["a"], 2)
