from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from backtrail.cli.files.whole import whole_file


def test_a_file_takes_its_name_when_all_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    with whole_file(path) as target:
        target.write(b"half")
        assert not path.exists()
        target.write(b", and half")
    assert path.read_bytes() == b"half, and half"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_all_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("before")

    def fail() -> None:
        with whole_file(path) as target:
            target.write(b"after")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_are_those_that_were_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with whole_file(tmp_path / "shared.json", mode=0o664) as target:
            target.write(b"{}")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "shared.json").stat().st_mode) == 0o664


def test_two_that_write_the_same_file_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    with whole_file(path) as target:
        target.write(b"ours")
        if not (child := os.fork()):
            with whole_file(path) as other:
                other.write(b"theirs, which is longer")
            os._exit(0)
        os.waitpid(child, 0)
        assert path.read_bytes() == b"theirs, which is longer"
    assert path.read_bytes() == b"ours"
