from __future__ import annotations

from pathlib import Path

from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.spans.reading import Shape, shapes, told
from builders import START_UNIX_NS, line, process_id, trace_id, write_segment

TRACE = trace_id(1)


def test_a_span_is_told_as_far_as_it_is_known(home: Path) -> None:
    error = "KeyError: 'x'\n" + "y" * 500
    lines = [
        line("span.started", TRACE, t=10, span="aa" * 8, name="whole"),
        line("span.started", TRACE, t=20, span="bb" * 8, name="open", parent="aa" * 8),
        line("span.ended", TRACE, t=30, span="cc" * 8, status="cancelled"),
        line("span.ended", TRACE, t=40, span="aa" * 8, status="error", error=error),
    ]
    write_segment(home, process_id(1), lines)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        whole, opened, half = told(catalog, TRACE, [1, 2, 3])
        assert [shape.interval is None for shape in shapes(catalog, TRACE)] == [False, True, True]
    assert (whole.span_id, whole.parent, whole.name) == ("aa" * 8, None, "whole")
    assert (whole.status, whole.took_ns, whole.error) == ("error", 30, error)
    assert whole.start_unix_ns == START_UNIX_NS + 10
    assert (opened.parent, opened.status, opened.took_ns) == ("aa" * 8, "unfinished", None)
    assert (half.name, half.status, half.start_unix_ns) == (None, "cancelled", None)


def test_the_interval_of_a_shape_is_from_its_beginning_to_its_end() -> None:
    shape = Shape(ordinal=1, span_id=2, parent=None, start_unix_ns=100, took_ns=7)
    assert shape.interval == (100, 107)
