from __future__ import annotations

import linecache
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backtrail.model.limits import SOURCE_BYTES_MAX, SOURCE_FILES_MAX
from backtrail.record.capture.source import lines_of


@pytest.fixture
def cached() -> Iterator[str]:
    """Leave lines of a cell with `linecache`, as a notebook does."""
    name = "<cell 17>"
    linecache.cache[name] = (12, None, ["a = 1\n", "b = 2\n"], name)
    yield name
    linecache.cache.pop(name, None)


def test_lines_under_a_name_that_many_texts_share_are_nobodys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = (6, None, ["a = 1\n"], "<string>")
    monkeypatch.setitem(linecache.cache, "<string>", entry)
    assert lines_of("<string>") == []


def test_a_file_is_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text("a = 1\n\nb = 'zwölf'\n", encoding="utf-8")
    assert lines_of(str(path)) == ["a = 1", "", "b = 'zwölf'", ""]


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        (b"\xef\xbb\xbfa = 1\r\nb = 2", ["a = 1", "b = 2"]),
        ("# -*- coding: latin-1 -*-\na = 'zwölf'".encode("latin-1"), "a = 'zwölf'"),
        ("#!/bin/x\n# vim: fileencoding=cp1252 :\na = '€'".encode("cp1252"), "a = '€'"),
        (b"# coding: no-such-one\na = '\xf6'", "a = 'ö'"),
        (b"a = '\xff'", "a = '\ufffd'"),
        (b"\n\n# coding: latin-1\na = '\xf6'", "a = '\ufffd'"),
        (b"", [""]),
        (b"# coding: latin-1", ["# coding: latin-1"]),
    ],
)
def test_a_file_is_read_in_its_own_encoding(
    tmp_path: Path, raw: bytes, lines: list[str] | str
) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(raw)
    found = lines_of(str(path))
    assert (found if isinstance(lines, list) else found[-1]) == lines


def test_a_file_is_read_once_until_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text("a = 1")
    first = lines_of(str(path))
    assert lines_of(str(path)) is first
    path.write_text("b = 2")
    os.utime(path, ns=(7, 7))
    assert lines_of(str(path)) == ["b = 2"]


@pytest.mark.parametrize("path", ["", "no/such/file.py", "<string>", "a\0b", "x" * 9_000])
def test_what_is_no_file_has_no_lines(path: str) -> None:
    assert lines_of(path) == []


def test_a_folder_and_a_pipe_have_no_lines_and_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert lines_of(str(tmp_path / "pipe")) in ([], [""])
    assert lines_of(str(tmp_path)) == []


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(b"a = 1\n" * (SOURCE_BYTES_MAX // 6 + 1))
    assert lines_of(str(path)) == []


def test_a_cell_of_a_notebook_has_the_lines_that_linecache_has(cached: str) -> None:
    assert lines_of(cached) == ["a = 1", "b = 2"]
    linecache.cache[cached] = (lambda: "never called",)  # type: ignore[assignment]
    assert lines_of(cached) == []


def test_of_many_files_each_is_still_right(tmp_path: Path) -> None:
    paths = [tmp_path / f"app{number}.py" for number in range(SOURCE_FILES_MAX + 5)]
    for number, path in enumerate(paths):
        path.write_text(f"number = {number}")
    for _ in range(2):
        assert [lines_of(str(path)) for path in paths] == [
            [f"number = {number}"] for number in range(len(paths))
        ]
