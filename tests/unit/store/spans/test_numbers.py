from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from backtrail.store import lookup
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.spans.numbers import id_of, is_usual, named, number_of
from builders import line, process_id, trace_id, write_segment

IDS = st.integers(0, (1 << 64) - 1).map("{:016x}".format)


@given(one=IDS, other=IDS)
def test_numbers_order_as_ids_do_and_lead_back_to_them(one: str, other: str) -> None:
    assert id_of(number_of(one)) == one
    assert (one < other) == (number_of(one) < number_of(other))
    assert -(1 << 63) <= number_of(one) < 1 << 63


@given(text=st.text())
def test_any_other_id_has_a_number_that_a_column_holds(text: str) -> None:
    if not is_usual(text):
        assert -(1 << 63) <= number_of(text) < 1 << 63
        assert id_of(number_of(text), text) == text


def test_spans_are_found_by_a_beginning_of_their_id(home: Path) -> None:
    spans = {"a1" * 8: 1, "a1b" + "0" * 13: 2, "step-7": 3, "ABCDEF0123456789": 4, "ü" * 3: 5}
    for span, n in spans.items():
        raw = line("span.started", trace_id(n), t=n, span=span, name="s")
        write_segment(home, process_id(n), [raw])
    with Catalog.open(home) as catalog:
        refresh(catalog)
        for span, n in spans.items():
            assert lookup.resolve_trace(catalog, span) == trace_id(n)
        assert lookup.resolve_trace(catalog, "a1a1") == trace_id(1)
        assert lookup.resolve_trace(catalog, "step") == trace_id(3)
        assert named(catalog, "a1", behind="a2", limit=9) == [
            ("a1" * 8, trace_id(1)),
            ("a1b" + "0" * 13, trace_id(2)),
        ]
        assert named(catalog, "a1", behind="a2", limit=1) == [("a1" * 8, trace_id(1))]
        assert named(catalog, "a2", behind="a3", limit=9) == []
