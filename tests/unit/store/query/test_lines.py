from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.store.query.fields import read_query
from backtrail.store.query.lines import (
    attribute_matcher,
    pattern_matcher,
    text_matcher,
    values_in,
)
from backtrail.store.query.patterns import literal, pattern_of
from backtrail.store.query.terms import leaves
from builders import debugs, line, trace_id

TRACE = trace_id(1)


def event(**body: Any) -> bytes:
    return line("http.called", TRACE, t=5, **body)


def sees(query: str, *lines: bytes) -> bool:
    (term,) = leaves(read_query(query, now_unix_ns=0))
    return attribute_matcher(term)(b"".join(lines).rstrip(b"\n"))


@pytest.mark.parametrize(
    ("query", "is_seen"),
    [
        ("@model:gpt-4o", True),
        ("@model:GPT-*", True),
        ("@model:gpt", False),
        ("gen_ai.request.model:claude*", True),
        ("gen_ai.request.model:gpt-4o", False),
        ("@status:503", True),
        ("@status:50", False),
        ("@status:>500", True),
        ("@status:>503", False),
        ("@status:>=503", True),
        ("@status:<503", False),
        ("@took:0.5", True),
        ("@took:5e-1", True),
        ("@took:007", False),
        ("@is_new:true", True),
        ("@is_new:1", False),
        ("@nothing:null", True),
        ("request_body.customer.id:c-17", True),
        ("@customer:*c-17*", False),
        ("request_body.customer:*c-17*", True),
        ("@tags:red", True),
        ("@tags:*", True),
        ("@kind:http.called", False),
        ('@path:"/orders/*"', True),
        ('@said:"a \\"b\\""', True),
        ("@straße:*", True),
        ("@street:STRASSE", True),
        ("@absent:*", False),
    ],
)
def test_an_attribute_is_seen_wherever_it_stands(query: str, *, is_seen: bool) -> None:
    one = event(
        attributes={"model": "gpt-4o", "gen_ai.request.model": "Claude 5", "straße": 1},
        status=503,
        took=0.5,
        is_new=True,
        nothing=None,
        request_body={"customer": {"id": "C-17"}},
        tags=["red", "green"],
        path="/orders/7",
        said='a "b"',
        street="Straße",
    )
    assert sees(query, *debugs(TRACE, 3), one) == is_seen


def test_a_line_that_cannot_be_read_has_no_attributes() -> None:
    assert not sees("@user:7", b'{"user":7')
    assert list(values_in(b'{"user":7', "user")) == []


def test_a_wildcard_in_a_text_stays_within_one_event() -> None:
    first, other = event(message="Order 7 was sent"), event(message="order 8 was refused")
    matches = pattern_matcher(pattern_of("order 7*refused"))
    assert not matches(first + other)
    assert matches(first + event(message="ORDER 7 is\n REFUSED"))
    assert pattern_matcher(pattern_of("order 8*"))(first + other)
    assert not pattern_matcher(pattern_of("refused*order"))(other)


@given(text=st.text(max_size=20), before=st.text(max_size=5))
def test_a_text_is_seen_as_it_is_and_as_json_writes_it(text: str, before: str) -> None:
    lines = msgspec.json.encode({"message": before + text})
    assert pattern_matcher(literal(text))(lines)
    assert text_matcher(text)(lines)


@given(value=st.text(max_size=10) | st.integers() | st.booleans() | st.none())
def test_a_value_is_found_by_itself(value: object) -> None:
    written = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    escaped = "".join(f"\\{char}" if char in '\\"*' else char for char in written)
    if "\0" in escaped or not escaped:
        return
    assert sees(f'@it:"{escaped}"', event(attributes={"it": value}))
