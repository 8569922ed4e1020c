from __future__ import annotations

from hashlib import sha256

import msgspec
import pytest
from msgspec import Raw, structs

import builders
from backtrail.model.errors import NewerFormatError
from backtrail.model.event import Header
from backtrail.serve.shipping.parcel import (
    ParcelError,
    Payload,
    Stretch,
    decoded,
    encoded,
    offset_behind,
)

PROCESS, TRACE = builders.process_id(1), builders.trace_id(1)
LINE = builders.line("debug.recorded", TRACE, t=5, context="é", action="a").rstrip(b"\n")
HEADER = msgspec.json.decode(builders.header(PROCESS, seq=7), type=Header)
STRETCH = Stretch(header=HEADER, lines=[Raw(LINE), Raw(LINE)])
TEXT = '{"a": "é"}'
PAYLOAD = Payload(name=sha256(TEXT.encode()).hexdigest(), text=TEXT)


def test_what_is_sent_comes_byte_by_byte() -> None:
    lines, blob = decoded(encoded([STRETCH, PAYLOAD]) + b"\n")
    assert isinstance(lines, Stretch)
    assert lines.header == HEADER
    assert [bytes(line) for line in lines.lines] == [LINE, LINE]
    assert blob == PAYLOAD


def broken(**changes: object) -> bytes:
    return encoded([structs.replace(STRETCH, header=structs.replace(HEADER, **changes))])


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\x00",
        b"[" * 100_000,
        b'{"parcel":"else"}',
        b'{"parcel":"lines","lines":[]}',
        broken(process="../../etc/passwd"),
        broken(process=PROCESS.upper().replace("0", "G")),
        broken(seq=-1),
        broken(seq=1 << 62),
        broken(time_unix_ns=1 << 63),
        encoded([structs.replace(STRETCH, lines=[Raw(b'{"t":1}')])]),
        encoded([structs.replace(STRETCH, lines=[Raw(b"[]")])]),
        encoded([structs.replace(STRETCH, lines=[Raw(b'{"x":"%s"}' % (b"a" * (1 << 20)))])]),
        encoded([structs.replace(PAYLOAD, text="another")]),
        encoded([structs.replace(PAYLOAD, name="../" + PAYLOAD.name[3:])]),
    ],
)
def test_what_is_no_parcel_is_refused(body: bytes) -> None:
    with pytest.raises(ParcelError, match="line 1"):
        decoded(body)


def test_a_line_cannot_hold_another_one() -> None:
    pretty = LINE.replace(b'"kind"', b'\n"kind"')
    as_one = msgspec.json.encode(STRETCH).replace(LINE, pretty, 1)
    with pytest.raises(ParcelError):
        decoded(as_one)


def test_a_later_format_says_what_to_do() -> None:
    with pytest.raises(NewerFormatError) as found:
        decoded(broken(v=99))
    assert "99" in found.value.message


def test_the_clocks_are_tied_anew_by_the_lines_that_do_so() -> None:
    anchor = builders.line("clock.anchored", "", t=10, time_unix_ns=1_010)
    spoken = builders.line("debug.recorded", TRACE, t=20, context='a "clock.anchored" x')
    lines = [each.rstrip(b"\n") for each in (LINE + b"\n", anchor, spoken)]
    assert offset_behind(lines, 5) == 1_000
    assert offset_behind(lines[:1], 5) == 5
