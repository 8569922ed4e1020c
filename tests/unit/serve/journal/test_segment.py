from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from backtrail.serve.journal.segment import Segment
from backtrail.store.segments import is_writer_gone, opened, read_lines

HEADER = b'{"kind":"segment.opened"}\n'
LINE = b'{"t":1,"trace":"","kind":"x"}\n'


def a_segment(tmp_path: Path, size: int = 4_096) -> Segment:
    return Segment(tmp_path / "s.jsonl", HEADER, size=size, seq=7)


def test_lines_are_there_at_once_and_the_lock_says_that_the_writer_lives(tmp_path: Path) -> None:
    segment = a_segment(tmp_path)
    segment.append(LINE * 2)
    assert segment.seq == 9
    with opened(segment.path) as fd:
        assert not is_writer_gone(fd)
        lines = read_lines(fd, len(HEADER), is_final=False)
        assert lines is not None
        assert (len(lines.raw), lines.torn) == (2, 0)
        segment.close()
        assert is_writer_gone(fd)
    assert segment.path.read_bytes() == HEADER + LINE * 2


def test_its_space_is_taken_when_it_is_opened(tmp_path: Path) -> None:
    segment = a_segment(tmp_path, size=100)
    assert segment.path.stat().st_size == 100
    assert segment.has_room(100 - len(HEADER))
    assert not segment.has_room(101 - len(HEADER))
    segment.close()


def test_a_segment_that_cannot_be_opened_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"File too large|No space left"):
        a_segment(tmp_path, size=1 << 62)
    assert list(tmp_path.iterdir()) == []


def test_of_an_append_that_fails_the_whole_lines_are_salvaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = a_segment(tmp_path)
    segment.append(LINE)
    monkeypatch.setattr(os, "pwrite", failing_after(2 * len(LINE) + 5))
    with pytest.raises(OSError, match="No space left"):
        segment.append(LINE * 4)
    assert segment.salvage(LINE * 4) == 2 * len(LINE)
    assert segment.seq == 10
    segment.close()
    assert segment.path.read_bytes() == HEADER + LINE * 3


def test_what_the_disk_did_not_take_over_is_not_salvaged_but_not_reused_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = a_segment(tmp_path)

    def broken(_fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(OSError, match="Input/output"):
        segment.append(LINE)
    assert segment.salvage(LINE) == 0
    assert segment.seq == 8
    segment.close()
    assert segment.path.read_bytes() == HEADER + LINE


def failing_after(size: int):  # noqa: ANN201 - stands for os.pwrite
    """Return a write that takes so many bytes, as a disk does that becomes full."""
    real = os.pwrite

    def pwrite(fd: int, data: memoryview, offset: int) -> int:
        nonlocal size
        if not size:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = real(fd, data[:size], offset)
        size -= count
        return count

    return pwrite
