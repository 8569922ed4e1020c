from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.errors import NewerFormatError, StoreError
from backtrail.model.event import ENVELOPE, Body, Event, Header, LineReader, Place, parse_header
from builders import START_UNIX_NS, encoded, header, line, process_id, trace_id

PROCESS = process_id(1)


def reader(**more: Any) -> LineReader:
    return LineReader(parse_header(header(PROCESS, **more), source="a.jsonl"))


def test_a_header_reads_back_as_it_was_written() -> None:
    made = Header(
        v=1, process=PROCESS, segment=2, seq=9, time_unix_ns=5, monotonic_ns=6, pid=7, writer="0"
    )
    assert parse_header(msgspec.json.encode(made), source="a.jsonl") == made
    assert json.loads(msgspec.json.encode(made))["kind"] == "segment.opened"


def test_a_journal_of_a_later_version_is_refused_with_what_to_install() -> None:
    with pytest.raises(NewerFormatError, match="has journal format 2") as refused:
        parse_header(header(PROCESS, version=2), source="a.jsonl")
    assert "a.jsonl" in refused.value.message
    assert refused.value.hint == "pip install --upgrade backtrail"


@pytest.mark.parametrize(
    "first", [b"", b"{", b"[]", b"{}", b"\0\0", b'{"v":1}', b'{"v":"2"}', b"\xff\xfe"]
)
def test_what_does_not_begin_with_a_header_is_no_journal(first: bytes) -> None:
    with pytest.raises(StoreError, match=r"a\.jsonl does not begin with a journal header"):
        parse_header(first, source="a.jsonl")


def test_a_line_becomes_an_event_with_its_position_and_its_wall_time() -> None:
    lines = line("debug.recorded", trace_id(1), t=40, span="00f067aa0ba902b7", action="a_b") + line(
        "debug.recorded", trace_id(1), t=50, thread="worker:12", action="c_d"
    )
    first, second = reader(seq=3).events(lines)
    assert first == Event(
        kind="debug.recorded",
        trace_id=trace_id(1),
        span_id="00f067aa0ba902b7",
        seq=3,
        time_unix_ns=START_UNIX_NS + 40,
        monotonic_ns=40,
        process=PROCESS,
        body={"action": "a_b"},
    )
    assert (second.seq, second.thread, second.span_id) == (4, "worker:12", None)
    assert second.event_id == f"{PROCESS}:4"


def test_an_anchor_moves_the_wall_clock_of_what_follows() -> None:
    lines = [
        line("debug.recorded", trace_id(1), t=1),
        line("clock.anchored", trace_id(1), t=10, time_unix_ns=1_000),
        line("debug.recorded", trace_id(1), t=15),
    ]
    assert [event.time_unix_ns for event in reader().events(b"".join(lines))] == [
        START_UNIX_NS + 1,
        1_000,
        1_005,
    ]


@pytest.mark.parametrize(
    "torn", [b'{"t":1,"tra', b"[1]", b"\0\0\0", b'{"t":1}', b'{"t":1,"kind":"x"}', b"\xff"]
)
def test_a_line_that_cannot_be_read_is_counted_and_passed_over(torn: bytes) -> None:
    reads = reader()
    whole = line("debug.recorded", trace_id(1), t=1)
    assert len(list(reads.events(whole + torn + b"\n" + whole))) == 2
    assert reads.torn == 1


names = st.text(min_size=1).filter(lambda name: name not in ENVELOPE)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(names, values, max_size=4), max_size=5), st.integers(0, 10**6))
def test_any_bodies_read_back_in_order_without_gaps(bodies: list[dict[str, Any]], seq: int) -> None:
    lines = [
        encoded({"t": number, "trace": "a", "kind": "debug.recorded", **body})
        for number, body in enumerate(bodies)
    ]
    read = list(reader(seq=seq).events(b"".join(lines)))
    assert [event.body for event in read] == bodies
    assert [event.seq for event in read] == list(range(seq, seq + len(bodies)))


class Painted(Body, frozen=True, kw_only=True):
    """A wall was painted."""

    where: Place | None = None
    colours: list[str] = []  # noqa: RUF012 - a struct copies it


def test_a_body_without_news_is_written_as_nothing() -> None:
    assert msgspec.json.encode(Painted()) == b"{}"


def test_a_place_reads_back_as_it_was_written() -> None:
    painted = Painted(where=Place(file="app.py", line=3, function="Shop.open"), colours=["red"])
    written = msgspec.json.encode(painted)
    assert written == (
        b'{"where":{"file":"app.py","line":3,"function":"Shop.open"},"colours":["red"]}'
    )
    assert msgspec.json.decode(written, type=Painted) == painted
