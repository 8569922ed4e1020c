from __future__ import annotations

import zlib
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.store import blocks
from backtrail.store.blocks import OpenBlock
from backtrail.store.spans.trace_row import Trace
from builders import debugs, line, process_id, trace_id

PROCESS = process_id(1)


def opened(seq: int, time_ns: int) -> OpenBlock:
    trace = Trace(
        trace_no=1,
        trace_id=trace_id(1),
        start_unix_ns=time_ns,
        end_unix_ns=time_ns,
        name="a",
        name_ns=time_ns,
        opener=PROCESS,
        opener_ns=time_ns,
    )
    return OpenBlock(
        trace=trace, seq_first=seq, seq_next=seq, time_min_ns=time_ns, time_max_ns=time_ns
    )


@given(seqs=st.sets(st.integers(0, 2_000), min_size=1, max_size=80).map(sorted))
def test_a_block_gives_back_each_line_with_its_seq(seqs: list[int]) -> None:
    lines = [line[:-1] for line in debugs(trace_id(1), len(seqs))]
    block = opened(seqs[0], 0)
    for seq, raw in zip(seqs, lines, strict=True):
        block.add(raw, "debug.recorded", seq, seq)
    assert blocks.unpack(blocks.pack(block.runs, block.lines)) == (seqs, lines)
    gaps = sum(after - before > 1 for before, after in pairwise(seqs))
    assert len(block.runs) == 2 * (1 + gaps)


def test_a_block_knows_its_times_kinds_and_size() -> None:
    block = opened(0, 50)
    for seq, time_ns, kind in ((0, 50, "a.b"), (1, 90, "c.d"), (2, 20, "a.b")):
        block.add(b"line", kind, seq, time_ns)
    assert (block.time_min_ns, block.time_max_ns) == (20, 90)
    assert block.kinds == {"a.b", "c.d"}
    assert block.size == 3 * len(b"line\n")


def test_an_event_has_the_wall_clock_of_its_block() -> None:
    raw = line("span.started", trace_id(1), t=500, span="ab" * 8, thread="w:7", name="step")[:-1]
    payload = blocks.pack([9, 1], [raw])
    (event,) = blocks.events(payload, process=PROCESS, offset_ns=1_000_000)
    assert (event.time_unix_ns, event.monotonic_ns, event.seq) == (1_000_500, 500, 9)
    assert (event.kind, event.trace_id, event.span_id) == ("span.started", trace_id(1), "ab" * 8)
    assert (event.thread, event.task, event.version) == ("w:7", None, 1)
    assert event.body == {"name": "step"}
    assert event.event_id == f"{PROCESS}:9"


def test_a_line_that_only_a_full_reading_refuses_is_passed_over() -> None:
    good = debugs(trace_id(1), 2)
    beyond = b'{"t":1,"trace":"a","kind":"k","x":1e999}'
    payload = blocks.pack([0, 3], [good[0][:-1], beyond, good[1][:-1]])
    found = list(blocks.events(payload, process=PROCESS, offset_ns=0))
    assert [event.seq for event in found] == [0, 2]


def test_the_text_of_a_block_is_its_lines() -> None:
    assert blocks.text(blocks.pack([0, 2], [b'{"a":1}', b'{"b":2}'])) == b'{"a":1}\n{"b":2}'


def test_a_damaged_block_is_not_taken_for_events() -> None:
    with pytest.raises(zlib.error):
        blocks.unpack(b"not compressed")
    with pytest.raises(msgspec.DecodeError):
        blocks.unpack(zlib.compress(b"no runs"))
