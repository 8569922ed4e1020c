from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.errors import NewerFormatError, StoreError
from backtrail.model.limits.reading import READ_BYTES_MAX
from backtrail.store import segments
from builders import debugs, header, line, process_id, segment_path, trace_id, write_segment

PROCESS = process_id(1)
TRACE = trace_id(1)


def read_all(path: Path, *, is_final: bool) -> tuple[list[bytes], int]:
    found: list[bytes] = []
    torn = 0
    with segments.opened(path) as fd:
        opening = segments.read_header(fd, source=path.name)
        assert opening is not None
        end = opening[1]
        while (lines := segments.read_lines(fd, end, is_final=is_final)) is not None:
            assert lines.end > end
            assert len(lines.raw) == len(lines.parsed)
            found += lines.raw
            torn += lines.torn
            end = lines.end
    return found, torn


def test_segments_are_listed_by_process_and_number(home: Path) -> None:
    for process, number in ((2, 1), (1, 10), (1, 2)):
        write_segment(home, process_id(process), [], segment=number)
    found = segments.list_segments(home / "journal")
    assert [(s.process, s.number) for s in found] == [
        (process_id(1), 2),
        (process_id(1), 10),
        (process_id(2), 1),
    ]


def test_only_plain_files_with_a_segments_name_are_segments(home: Path) -> None:
    real = write_segment(home, PROCESS, [])
    (home / "journal" / f"{process_id(2)}.0001.jsonl").mkdir()
    (home / "journal" / f"{process_id(3)}.0001.jsonl").symlink_to(real)
    (home / "journal" / f"{process_id(4)}.0001.jsonl.new").write_bytes(header(process_id(4)))
    (home / "journal" / "notes.txt").write_text("mine")
    assert [s.path for s in segments.list_segments(home / "journal")] == [real]


def test_a_journal_that_is_not_there_has_no_segments(home: Path) -> None:
    assert segments.list_segments(home / "journal") == []
    (home / "journal").write_text("a file")
    assert segments.list_segments(home / "journal") == []


def test_a_writer_is_there_as_long_as_it_holds_the_lock(home: Path) -> None:
    path = write_segment(home, PROCESS, [])
    with path.open("rb") as writer, segments.opened(path) as reader:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert not segments.is_writer_gone(reader)
        fcntl.flock(writer, fcntl.LOCK_UN)
        assert segments.is_writer_gone(reader)


def test_two_readers_do_not_take_each_other_for_a_writer(home: Path) -> None:
    path = write_segment(home, PROCESS, [])
    with path.open("rb") as other, segments.opened(path) as reader:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert segments.is_writer_gone(reader)


def test_a_live_segment_is_read_up_to_its_first_nul(home: Path) -> None:
    lines = debugs(TRACE, 3)
    path = write_segment(home, PROCESS, lines, tail=b"\0" * 4096 + lines[0])
    assert read_all(path, is_final=False) == ([line[:-1] for line in lines], 0)


def test_a_line_without_an_end_waits_in_a_live_segment(home: Path) -> None:
    lines = debugs(TRACE, 3)
    path = write_segment(home, PROCESS, lines[:2], tail=lines[2][:-1] + b"\0" * 100)
    assert read_all(path, is_final=False) == ([line[:-1] for line in lines[:2]], 0)


def test_a_final_segment_counts_the_line_its_writer_died_in(home: Path) -> None:
    lines = debugs(TRACE, 3)
    path = write_segment(home, PROCESS, lines[:2], tail=lines[2][:20] + b"\0" * 4096)
    assert read_all(path, is_final=True) == ([line[:-1] for line in lines[:2]], 1)


def test_a_nul_tail_alone_is_not_torn(home: Path) -> None:
    lines = debugs(TRACE, 2)
    path = write_segment(home, PROCESS, lines, tail=b"\0" * (READ_BYTES_MAX + 10))
    assert read_all(path, is_final=True) == ([line[:-1] for line in lines], 0)


def test_lines_behind_a_hole_of_nuls_are_read_and_the_hole_is_counted(home: Path) -> None:
    lines = debugs(TRACE, 3)
    path = write_segment(home, PROCESS, [lines[0], b"\0" * 4096 + lines[1], lines[2]])
    assert read_all(path, is_final=True) == ([line[:-1] for line in lines], 1)


@pytest.mark.parametrize(
    "garbage",
    [
        b"no json\n",
        b"{}\n",
        b'{"t":1,"trace":"a","kind":"k","x":"\xff"}\n',
        b'{"t":"1","trace":"a","kind":"k"}\n',
        b'{"t":99999999999999999999999999,"trace":"a","kind":"k"}\n',
        b'{"t":1,"trace":"a","kind":"k","x":"\\ud800"}\n',
        b"[1,2]\n",
        b"\0\0\0\n",
    ],
)
def test_a_line_that_cannot_be_read_is_counted_and_its_neighbours_stay(
    home: Path, garbage: bytes
) -> None:
    before, after = debugs(TRACE, 2)
    path = write_segment(home, PROCESS, [before, garbage, after])
    assert read_all(path, is_final=True) == ([before[:-1], after[:-1]], 1)


def test_an_empty_line_is_no_line(home: Path) -> None:
    before, after = debugs(TRACE, 2)
    path = write_segment(home, PROCESS, [before, b"\n", after])
    assert read_all(path, is_final=True) == ([before[:-1], after[:-1]], 0)


def test_a_line_longer_than_a_read_is_passed_over(home: Path) -> None:
    before, after = debugs(TRACE, 2)
    endless = b'{"x":"' + b"y" * (READ_BYTES_MAX + 100) + b'"}\n'
    path = write_segment(home, PROCESS, [before, endless, after])
    found, torn = read_all(path, is_final=True)
    assert found == [before[:-1], after[:-1]]
    assert torn >= 1


@given(
    texts=st.lists(st.text(max_size=40), max_size=30),
    cut=st.integers(min_value=0, max_value=200),
)
def test_what_is_read_is_a_beginning_of_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], cut: int
) -> None:
    home = tmp_path_factory.mktemp("home")
    lines = [line("debug.recorded", TRACE, t=n, text=text) for n, text in enumerate(texts)]
    path = write_segment(home, PROCESS, lines)
    begin = len(header(PROCESS))
    whole = path.read_bytes()
    path.write_bytes(whole[: max(begin, len(whole) - cut)] + b"\0" * 64)
    expected = path.read_bytes()[begin:].rstrip(b"\0").split(b"\n")[:-1]
    assert read_all(path, is_final=False)[0] == expected
    assert read_all(path, is_final=True)[0] == expected


def test_a_segment_without_a_header_has_none_yet(home: Path) -> None:
    path = segment_path(home, PROCESS)
    for content in (b"", b"\0" * 100):
        path.write_bytes(content)
        with segments.opened(path) as fd:
            assert segments.read_header(fd, source="it") is None


@pytest.mark.parametrize("content", [b"garbage", b"garbage\n", b'{"kind":"other"}\n', b"\xff\n"])
def test_a_file_that_begins_with_something_else_is_no_journal(home: Path, content: bytes) -> None:
    path = segment_path(home, PROCESS)
    path.write_bytes(content)
    with segments.opened(path) as fd, pytest.raises(StoreError, match="it does not begin"):
        segments.read_header(fd, source="it")


def test_a_header_with_a_number_beyond_all_is_refused(home: Path) -> None:
    path = segment_path(home, PROCESS)
    path.write_bytes(header(PROCESS, seq=1 << 70))
    with segments.opened(path) as fd, pytest.raises(StoreError, match="it has a header beyond"):
        segments.read_header(fd, source="it")


def test_a_segment_of_a_later_format_says_so(home: Path) -> None:
    path = segment_path(home, PROCESS)
    path.write_bytes(header(PROCESS, version=99))
    with segments.opened(path) as fd, pytest.raises(NewerFormatError, match="format 99") as raised:
        segments.read_header(fd, source="it")
    assert "upgrade" in raised.value.hint


def test_recovery_cuts_the_torn_line_and_the_nul_tail(home: Path) -> None:
    lines = debugs(TRACE, 5)
    whole = header(PROCESS) + b"".join(lines)
    path = write_segment(home, PROCESS, lines, tail=b'{"t":17,' + b"\0" * (2 * READ_BYTES_MAX))
    size = path.stat().st_size
    assert segments.recover(path) == size - len(whole)
    assert path.read_bytes() == whole
    assert segments.recover(path) == 0


def test_recovery_leaves_a_live_segment_alone(home: Path) -> None:
    path = write_segment(home, PROCESS, debugs(TRACE, 1), tail=b"\0" * 100)
    size = path.stat().st_size
    with path.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert segments.recover(path) == 0
    assert path.stat().st_size == size


def test_recovery_leaves_a_file_without_a_line_alone(home: Path) -> None:
    path = segment_path(home, PROCESS)
    path.write_bytes(b"\0" * 4096)
    assert segments.recover(path) == 0
    assert path.stat().st_size == 4096


def test_a_file_that_is_opened_to_be_read_is_closed_again(home: Path) -> None:
    path = write_segment(home, PROCESS, [])
    with segments.opened(path) as fd:
        assert os.fstat(fd).st_size
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


HOLD = """
import fcntl, sys
held = open(sys.argv[1], "rb+")
fcntl.flock(held, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A program of that name, that holds the file it is told of until its input ends."""
    (tmp_path / "shop.py").write_text(HOLD)
    return tmp_path / "shop.py"


def test_the_process_that_holds_a_file_is_known_until_it_ends(home: Path, shop: Path) -> None:
    path = write_segment(home, PROCESS, [])
    other = write_segment(home, process_id(2), [])
    command = [sys.executable, shop, path, "--user", "me"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"held\n"
        (holder,) = segments.holders(path, other)
        assert holder.pid == program.pid
        assert holder.command is not None
        assert holder.command.startswith("python")
        assert holder.command.endswith(f" shop.py {path}"), "and no options"
        assert segments.holders_text(path, otherwise="nobody") == holder.text
        assert segments.holders_text(other, otherwise="nobody") == "nobody"
        program.communicate(b"")
    assert segments.holders(path) == []


def test_who_only_reads_a_file_does_not_hold_it(home: Path) -> None:
    path = write_segment(home, PROCESS, [])
    with segments.opened(path) as fd:
        fcntl.flock(fd, fcntl.LOCK_SH)
        assert segments.holders(path) == []
    assert segments.holders(home / "nowhere") == []
