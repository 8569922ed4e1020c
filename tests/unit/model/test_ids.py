from __future__ import annotations

import uuid
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model import ids

entropies = st.binary(min_size=10, max_size=10)
times = st.integers(0, (1 << 48) * 1_000_000 - 1)
trace_ids = st.builds(ids.uuid7, times, entropies)
span_ids = st.integers(1, 2**64 - 2).map("{:016x}".format)


@given(time_ns=times, entropy=entropies)
def test_a_trace_id_is_a_version_7_uuid_of_its_millisecond(time_ns: int, entropy: bytes) -> None:
    made = ids.uuid7(time_ns, entropy)
    parsed = uuid.UUID(made)
    assert parsed.hex == made
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert parsed.int >> 80 == time_ns // 1_000_000


@given(earlier=times, later=times, entropy=entropies)
def test_trace_ids_sort_by_time(earlier: int, later: int, entropy: bytes) -> None:
    if earlier // 1_000_000 < later // 1_000_000:
        assert ids.uuid7(earlier, b"\xff" * 10) < ids.uuid7(later, entropy)


def test_every_random_bit_reaches_the_id() -> None:
    base = int(ids.uuid7(0, bytes(10)), 16)
    seen = 0
    for bit in range(80):
        seen |= int(ids.uuid7(0, (1 << bit).to_bytes(10)), 16) ^ base
    assert seen.bit_count() == 74


@given(trace_ids)
def test_any_way_of_writing_an_id_leads_to_its_stored_form(trace_id: str) -> None:
    dashed = ids.dashed(trace_id)
    assert str(uuid.UUID(trace_id)) == dashed
    for text in (trace_id, dashed, trace_id.upper(), f"  {dashed.upper()}\n"):
        assert ids.normalized(text) == trace_id
    assert ids.normalized(dashed[:13]) == trace_id[:12]


@pytest.mark.parametrize("text", ["", "latest", "0190g", "../x", "a" * 33, "0x12", "12 34"])
def test_what_cannot_be_an_id_is_none(text: str) -> None:
    assert ids.normalized(text) is None


@given(trace_ids.filter(lambda made: int(made, 16)), st.none() | span_ids)
def test_a_traceparent_reads_back_as_it_was_written(trace_id: str, span_id: str | None) -> None:
    assert ids.parse_traceparent(ids.traceparent(trace_id, span_id)) == (trace_id, span_id)


TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"00-{TRACE}-{SPAN}",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\nx",
    ],
)
def test_an_invalid_traceparent_is_none(text: str) -> None:
    assert ids.parse_traceparent(text) is None


def test_a_later_traceparent_is_read_by_its_first_fields() -> None:
    assert ids.parse_traceparent(f"cc-{TRACE}-{SPAN}-00-more") == (TRACE, SPAN)


@given(st.text())
def test_no_text_breaks_the_readers_of_ids(text: str) -> None:
    found = ids.normalized(text)
    assert found is None or (0 < len(found) <= 32 and found == ids.normalized(found))
    assert ids.parse_traceparent(text) is None or text.strip()[2] == "-"


@given(st.integers(0, 2**64 - 1))
def test_span_ids_follow_one_another_and_none_begins_with_zero(seed: int) -> None:
    made = list(islice(ids.span_ids(seed), 600))
    numbers = [int(span_id, 16) for span_id in made]
    assert {len(span_id) for span_id in made} == {ids.SPAN_ID_DIGITS}
    assert numbers == list(range(numbers[0], numbers[0] + 600))
    assert all(span_id[0] in "89abcdef" for span_id in made)


def test_span_ids_from_other_seeds_are_others() -> None:
    assert next(ids.span_ids(0x0102_0304_0506_0708)) != next(ids.span_ids(0x0102_0304_0506_1708))
