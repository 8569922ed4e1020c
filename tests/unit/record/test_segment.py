from __future__ import annotations

import fcntl
import mmap
from pathlib import Path

import pytest

from backtrail.model.event import Header, parse_header
from backtrail.record.segment import LAST_WORDS_BYTES, Segment, header_line, let_go

HEADER = header_line(
    process="p" * 32, number=3, seq=7, time_unix_ns=11, monotonic_ns=13, pid=17, writer="0.0.0"
)
SIZE = 1 << 16
ON_DISK = SIZE + LAST_WORDS_BYTES


def is_held(path: Path) -> bool:
    """Whether a second opener fails to get the lock."""
    with path.open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_header_says_who_writes_and_where_it_begins() -> None:
    assert parse_header(HEADER, source="a") == Header(
        v=1,
        process="p" * 32,
        segment=3,
        seq=7,
        time_unix_ns=11,
        monotonic_ns=13,
        pid=17,
        writer="0.0.0",
    )


def test_what_is_appended_is_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    segment = Segment(str(path), SIZE, HEADER)
    segment.append(b"one\n")
    assert path.read_bytes() == (HEADER + b"one\n").ljust(ON_DISK, b"\0")
    assert segment.position() == len(HEADER) + 4
    segment.close(truncate=False)


def test_a_finished_segment_takes_no_further_line_and_knows_how_many_it_has(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.jsonl"
    segment = Segment(str(path), SIZE, HEADER)
    segment.append(b"one\n")
    assert [segment.finish(), segment.finish()] == [2, 2]
    with pytest.raises(ValueError, match="range"):
        segment.append(b"2\n")
    segment.close(truncate=True)
    assert path.read_bytes() == HEADER + b"one\n"


def test_the_file_is_allocated_for_its_owner_alone_and_leaves_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    segment = Segment(str(path), SIZE, HEADER)
    found = path.stat()
    assert found.st_blocks * 512 >= ON_DISK
    assert found.st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    segment.close(truncate=True)


def test_bytes_that_do_not_fit_are_refused_and_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    segment = Segment(str(path), SIZE, HEADER)
    segment.append(b"x" * (SIZE - len(HEADER) - 3) + b"\n")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="range"):
        segment.append(b"abc\n")
    assert path.read_bytes() == before
    segment.append(b"a\n")
    assert path.read_bytes()[:SIZE] == before[: SIZE - 2] + b"a\n"
    segment.close(truncate=True)


def test_a_finished_segment_has_room_for_last_words_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    segment = Segment(str(path), SIZE, HEADER)
    filling = b"x" * (SIZE - len(HEADER) - 1) + b"\n"
    segment.append(filling)
    segment.finish()
    with pytest.raises(ValueError, match="4097 bytes"):
        segment.add_last_words(b"y" * (LAST_WORDS_BYTES + 1))
    segment.add_last_words(b"lost 7\n")
    with pytest.raises(ValueError, match="range"):
        segment.append(b"2\n")
    segment.close(truncate=True)
    assert path.read_bytes() == HEADER + filling + b"lost 7\n"


def test_the_lock_is_held_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    segment = Segment(str(path), SIZE, HEADER)
    assert is_held(path)
    segment.close(truncate=True)
    assert not is_held(path)


@pytest.mark.parametrize(("is_cut", "size"), [(True, len(HEADER) + 4), (False, ON_DISK)])
def test_closing_cuts_off_the_unused_space_unless_another_writes_it(
    tmp_path: Path, *, is_cut: bool, size: int
) -> None:
    path = tmp_path / "a.jsonl"
    segment = Segment(str(path), SIZE, HEADER)
    segment.append(b"one\n")
    segment.close(truncate=is_cut)
    assert path.stat().st_size == size
    with pytest.raises(ValueError, match="closed"):
        segment.append(b"two\n")


def test_a_sync_takes_any_number_of_bytes(tmp_path: Path) -> None:
    segment = Segment(str(tmp_path / "a.jsonl"), SIZE, HEADER)
    segment.append(b"x" * (mmap.PAGESIZE + 5))
    for size in (1, mmap.PAGESIZE, SIZE * 2):
        segment.sync(size)
    segment.close(truncate=True)


def test_a_deleted_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    segment = Segment(str(path), SIZE, HEADER)
    assert not segment.is_unlinked()
    path.unlink()
    assert segment.is_unlinked()
    segment.close(truncate=False)


def test_a_failed_opening_leaves_nothing_behind(tmp_path: Path) -> None:
    before = open_files()
    with pytest.raises(OSError, match=r"File too large|No space|Invalid argument"):
        Segment(str(tmp_path / "a.jsonl"), 1 << 62, HEADER)
    with pytest.raises(FileNotFoundError):
        Segment(str(tmp_path / "none" / "a.jsonl"), SIZE, HEADER)
    assert list(tmp_path.iterdir()) == []
    assert open_files() == before


def test_letting_go_of_a_file_keeps_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(HEADER)
    let_go(str(path))
    let_go(str(path))
    assert path.read_bytes() == HEADER
    let_go(str(tmp_path / "gone"))
