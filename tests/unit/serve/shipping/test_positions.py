from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.serve.shipping.positions import (
    Place,
    Positions,
    position_file,
    read_positions,
    write_positions,
)

URL = "https://trails.example.com:443/a"


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    kept = Positions(server=URL, processes={"p": Place(segment=2, offset=10, seq=7, offset_ns=-5)})
    write_positions(tmp_path, kept)
    assert read_positions(tmp_path, URL) == kept
    assert [path.name for path in (tmp_path / "sent").iterdir()] == [
        "https_trails.example.com_443_a.json"
    ]


def test_a_file_that_is_damaged_or_another_server_s_says_nothing(tmp_path: Path) -> None:
    write_positions(tmp_path, Positions(server=URL, processes={"p": Place(segment=1)}))
    same_name = URL.replace("/a", "//a")
    assert position_file(tmp_path, same_name) == position_file(tmp_path, URL)
    assert read_positions(tmp_path, same_name).processes == {}
    position_file(tmp_path, URL).write_bytes(b"{")
    assert read_positions(tmp_path, URL).processes == {}


def test_what_cannot_be_written_leaves_what_was(tmp_path: Path) -> None:
    kept = Positions(server=URL, processes={"p": Place(segment=1)})
    write_positions(tmp_path, kept)
    aside = position_file(tmp_path, URL)
    aside.rename(tmp_path / "kept")
    aside.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_positions(tmp_path, kept)
    assert list((tmp_path / "sent").iterdir()) == [aside]


def test_no_name_of_a_server_leaves_the_folder(tmp_path: Path) -> None:
    for url in ("http://h/../../x", "http://" + "h" * 500, "../../../etc/passwd"):
        assert position_file(tmp_path, url).parent == tmp_path / "sent"
