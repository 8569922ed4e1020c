from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.record.calls.llm.streams import events_of

VALUES = [{"a": 1}, {"b": "two\n"}, {"c": [3]}]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_server_sent_events_are_read_with_any_end_of_line(end: str) -> None:
    lines = [f"event: e{end}data: {json.dumps(value)}{end}{end}" for value in VALUES]
    body = (f": hello{end}" + "".join(lines) + f"data: [DONE]{end}{end}").encode()
    events = events_of(body)
    assert [value for _, value in events.values] == VALUES
    assert events.is_done
    assert all(body[offset:].startswith(b"data:") for offset, _ in events.values)


def test_an_event_of_several_lines_is_one() -> None:
    assert events_of(b'data: {"a":\ndata: 1}\n\n').values == [(0, {"a": 1})]


def test_events_that_lack_the_line_between_them_are_read() -> None:
    found = events_of(b'data: {"a": 1}\ndata: {"b": 2}\ndata:[DONE]')
    assert [value for _, value in found.values] == [{"a": 1}, {"b": 2}]
    assert found.is_done


def test_what_is_broken_is_passed_over_and_counted() -> None:
    found = events_of(b'data: {"a": 1}\n\ndata: {"b": \n\nnonsense\n\ndata: {"c": 3}\n\ndata: {"d')
    assert [value for _, value in found.values] == [{"a": 1}, {"c": 3}]
    assert found.broken == 2
    assert not found.is_done


def test_lines_of_json_are_read() -> None:
    body = b"\n".join(json.dumps(value).encode() for value in VALUES) + b'\n{"cut'
    found = events_of(body)
    assert [value for _, value in found.values] == VALUES
    assert found.broken == 1


@pytest.mark.parametrize("cut", [0, 1, 8])
def test_an_array_is_read_also_without_its_end(cut: int) -> None:
    body = json.dumps(VALUES, indent=2).encode()
    found = events_of(body[: len(body) - cut])
    assert [value for _, value in found.values] == VALUES[: 2 if cut > 4 else 3]
    assert found.is_done is (cut == 0)


def test_the_end_of_a_stream_is_read_from_its_first_whole_event() -> None:
    found = events_of(b'": 1}\n\ndata: {"b": 2}\n\ndata: [DONE]\n\n', offset=1_000)
    assert found.values == [(1_007, {"b": 2})]
    assert found.is_done
    lines = events_of(b'": 1}\n{"b": 2}\n', offset=1_000)
    assert lines.values == [(1_006, {"b": 2})]


@given(st.binary(max_size=200))
def test_no_bytes_break_it(body: bytes) -> None:
    for prefix in (b"", b"data: ", b"[", b"{"):
        events_of(prefix + body)
