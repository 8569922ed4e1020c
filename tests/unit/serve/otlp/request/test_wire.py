from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from backtrail.model.limits.reading import INGEST_ATTRIBUTES_MAX, INGEST_ITEMS_MAX
from backtrail.serve.otlp.request.wire import MalformedError, TooManyError, groups, trimmed
from otlp_sample import a_span, exception, pairs, traces


def test_a_request_is_taken_apart_into_the_bytes_of_its_spans() -> None:
    spans = [a_span(number, {"n": number}) for number in range(3)]
    request = traces(spans)
    request.resource_spans.add().scope_spans.add().spans.append(a_span(9))
    first, second = groups(request.SerializeToString())
    assert [Span.FromString(item) for item in first.items] == spans
    assert [Span.FromString(item).name for item in second.items] == ["step 9"]
    assert b"service.name" in first.resource
    assert b"checkout" in first.scope
    assert second.resource == b""


@pytest.mark.parametrize(
    "body", [b"hello", b"{}", b"\x0a\xff\xff\xff\xff\x0f", b"\x08\x01\x0a", b"\x0a\x03\x10\x01"]
)
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError):
        list(groups(body))


@given(body=st.binary(max_size=200))
def test_any_bytes_are_a_request_or_refused(body: bytes) -> None:
    with suppress(MalformedError):
        list(groups(body))


def test_a_small_body_of_very_many_empty_spans_is_refused_before_they_are_made() -> None:
    spans = b"\x12\x00" * (INGEST_ITEMS_MAX + 1)
    scope = b"\x12" + _size(spans) + spans
    with pytest.raises(TooManyError):
        list(groups(b"\x0a" + _size(scope) + scope))


def test_a_span_that_is_small_enough_stays_as_it_is() -> None:
    attributes = {"text": "größe", "n": -7, "x": 0.5, "deep": {"list": [1, {"b": b"\0\1"}]}}
    span = a_span(1, attributes, events=[exception("gone")], flags=257)
    span.links.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    span.status.message = "no"
    assert Span.FromString(trimmed(span.SerializeToString(), "Span")) == span


def test_long_texts_and_lists_are_cut_and_say_how_much_is_missing() -> None:
    span = a_span(1, {"long": "word " * 20_000_000, "next": 1})
    cut = Span.FromString(trimmed(span.SerializeToString(), "Span"))
    text = cut.attributes[0].value.string_value
    kept, _, missing = text.partition("…[+")
    assert len(text) < 9_000
    assert len(kept) + int(missing.split()[0]) == 100_000_000
    assert cut.attributes[1].value.int_value == 1

    many = a_span(1, dropped_attributes_count=5)
    many.attributes.extend(pairs({f"a{number}": number for number in range(1_000)}))
    cut = Span.FromString(trimmed(many.SerializeToString(), "Span"))
    assert len(cut.attributes) == INGEST_ATTRIBUTES_MAX
    assert cut.dropped_attributes_count == 1_000 - INGEST_ATTRIBUTES_MAX + 5


def test_no_word_is_cut_through_where_a_text_is() -> None:
    text = "x " * 3_900 + "sk-" + "a" * 300_000
    cut = Span.FromString(trimmed(a_span(1, {"long": text}).SerializeToString(), "Span"))
    assert "sk-" not in cut.attributes[0].value.string_value


def test_a_text_that_is_not_utf_8_is_mended() -> None:
    span = a_span(1, name="NAME").SerializeToString().replace(b"NAME", b"N\xffM\xfe")
    assert Span.FromString(trimmed(span, "Span")).name == "N�M�"


def test_values_nested_beyond_all_bounds_end_in_a_text() -> None:
    value = AnyValue(string_value="deepest")
    for _ in range(40):
        outer = AnyValue()
        outer.array_value.values.append(value)
        value = outer
    span = a_span(1)
    span.attributes.add(key="deep").value.CopyFrom(value)
    cut = trimmed(span.SerializeToString(), "Span")
    assert b"deepest" not in cut
    assert "…[+" in cut.decode("utf-8", "replace")
    Span.FromString(cut)


def _size(value: bytes) -> bytes:
    size, out = len(value), bytearray()
    while size > 127:
        out.append(size & 127 | 128)
        size >>= 7
    return bytes([*out, size])
