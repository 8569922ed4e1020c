from __future__ import annotations

import fcntl
from hashlib import sha256
from pathlib import Path

import builders
from backtrail.model.event import Header
from backtrail.serve.shipping.collecting import blob_names, payload, pieces, place_before
from backtrail.serve.shipping.parcel import Stretch
from backtrail.serve.shipping.positions import Place

ONE, TWO, TRACE = builders.process_id(1), builders.process_id(2), builders.trace_id(1)


def journal(home: Path) -> Path:
    """Write two processes, the first one with two segments, of which one ties its clocks anew."""
    anchor = builders.line("clock.anchored", "", t=50, time_unix_ns=1_050)
    builders.write_segment(home, ONE, [*builders.debugs(TRACE, 3), anchor])
    builders.write_segment(home, ONE, builders.debugs(TRACE, 2), segment=2, seq=4)
    builders.write_segment(home, TWO, builders.debugs(TRACE, 1))
    return home / "journal"


def told(stretch: Stretch) -> tuple[str, int, int, bool]:
    header = stretch.header
    return header.process, header.seq, len(stretch.lines), stretch.is_ended


def offset_ns(header: Header) -> int:
    return header.time_unix_ns - header.monotonic_ns


def test_all_processes_come_in_order_and_then_their_end(tmp_path: Path) -> None:
    found = [stretch for stretch, _ in pieces(journal(tmp_path), {})]
    assert [told(each) for each in found] == [
        (ONE, 0, 4, False),
        (ONE, 4, 2, False),
        (ONE, 6, 0, True),
        (TWO, 0, 1, False),
        (TWO, 1, 0, True),
    ]
    lines = [bytes(line) + b"\n" for each in found[:2] for line in each.lines]
    written = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("journal/*1.000*")))
    assert b"".join(lines) == b"".join(
        line + b"\n" for line in written.splitlines() if b"segment.opened" not in line
    )


def test_it_goes_on_behind_the_places(tmp_path: Path) -> None:
    folder = journal(tmp_path)
    places: dict[str, Place] = {}
    for stretch, place in pieces(folder, {}):
        places[stretch.header.process] = place
    assert list(pieces(folder, places)) == []
    with builders.segment_path(tmp_path, TWO).open("ab") as file:
        file.write(builders.debugs(TRACE, 1)[0])
    builders.write_segment(tmp_path, ONE, builders.debugs(TRACE, 1), segment=3, seq=6)
    assert [told(each) for each, _ in pieces(folder, places)] == [
        (ONE, 6, 1, False),
        (ONE, 7, 0, True),
    ]


def test_of_a_process_that_runs_only_whole_lines_come_and_no_end(tmp_path: Path) -> None:
    folder = journal(tmp_path)
    path = builders.segment_path(tmp_path, TWO)
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0, 2)
        file.write(b'{"t":1,' + bytes(100))
        file.flush()
        found = list(pieces(folder, {ONE: Place(segment=9, is_ended=True)}))
        assert [told(stretch) for stretch, _ in found] == [(TWO, 0, 1, False)]
        place = found[0][1]
        assert list(pieces(folder, {ONE: Place(segment=9, is_ended=True), TWO: place})) == []


def test_the_header_says_how_the_clocks_are_tied_where_it_goes_on(tmp_path: Path) -> None:
    folder = journal(tmp_path)
    (first, place), *_ = pieces(folder, {})
    assert offset_ns(first.header) == builders.START_UNIX_NS
    assert place.offset_ns == 1_000
    with builders.segment_path(tmp_path, ONE).open("ab") as file:
        file.write(builders.debugs(TRACE, 1)[0])
    (stretch, _), *_ = pieces(folder, {ONE: place})
    assert (stretch.header.seq, offset_ns(stretch.header)) == (4, 1_000)


def test_a_process_that_is_halted_is_left_for_another_time(tmp_path: Path) -> None:
    folder = journal(tmp_path)
    halted: set[str] = set()
    found = []
    for stretch, _ in pieces(folder, {}, halted):
        found.append(told(stretch))
        halted.add(ONE)
    assert [each[0] for each in found] == [ONE, TWO, TWO]


def test_the_segment_of_an_event_is_found(tmp_path: Path) -> None:
    folder = journal(tmp_path)
    assert place_before(folder, ONE, 3) == Place(segment=1)
    assert place_before(folder, ONE, 4) == Place(segment=2)
    builders.segment_path(tmp_path, ONE).unlink()
    assert place_before(folder, ONE, 3) is None


def test_segments_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    folder = journal(tmp_path)
    builders.segment_path(tmp_path, ONE).write_bytes(b"garbage\n")
    builders.segment_path(tmp_path, ONE, 2).write_bytes(b"")
    assert {stretch.header.process for stretch, _ in pieces(folder, {})} == {TWO}
    assert place_before(folder, ONE, 3) is None


def test_payloads_that_lines_name_are_found_and_no_other_files(tmp_path: Path) -> None:
    name = sha256(b"[1]").hexdigest()
    path = tmp_path / "blobs" / name[:2] / f"{name}.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"[1]")
    lines = [
        builders.line("state.changed", TRACE, t=1, name="x", how="tracked", after_blob=name),
        builders.line("debug.recorded", TRACE, t=2, context='no "after_blob" here'),
    ]
    builders.write_segment(tmp_path, ONE, lines)
    ((stretch, _), _) = pieces(tmp_path / "journal", {})
    assert blob_names(stretch) == [name]
    found = payload(tmp_path, name)
    assert found is not None
    assert (found.name, found.text) == (name, "[1]")
    (tmp_path / "secret.json").write_text("1")
    assert payload(tmp_path, "../../secret") is None
    assert payload(tmp_path, "0" * 64) is None
