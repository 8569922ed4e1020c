from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.model.limits import CHANGES_MAX
from backtrail.record import guard
from backtrail.record.effects import changes
from recorded import events, recording


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / ".backtrail") as home:
        changes.watch()
        try:
            yield home
        finally:
            changes.unwatch()


def changed(home: Path, folder: Path) -> list[tuple[Any, ...]]:
    """Return what was told of files, their paths as they lie in a folder."""
    return [
        (body["action"], *(os.path.relpath(body[name], folder) for name in ("path", "target")
                           if name in body))
        for body in (event.body for event in events(home, "file.changed"))
    ]  # fmt: skip


def test_what_is_done_to_files_is_told(home: Path, tmp_path: Path) -> None:
    one = tmp_path / "one"
    (tmp_path / "folder").mkdir()
    one.write_bytes(b"1")
    one.rename(tmp_path / "two")
    (tmp_path / "two").replace(one)
    one.chmod(0o600)
    os.truncate(one, 0)
    os.link(one, tmp_path / "three")
    (tmp_path / "four").symlink_to(one)
    shutil.copy(one, tmp_path / "five")
    shutil.move(tmp_path / "five", tmp_path / "six")
    (tmp_path / "six").unlink()
    shutil.rmtree(tmp_path / "folder")
    told = changed(home, tmp_path)
    assert told == [
        ("made", "folder"),
        ("renamed", "one", "two"),
        ("renamed", "two", "one"),
        ("permitted", "one"),
        ("truncated", "one"),
        ("linked", "one", "three"),
        ("linked", "one", "four"),
        ("copied", "one", "five"),
        ("renamed", "five", "six"),
        ("removed", "six"),
        ("removed", "folder"),
    ]
    callers = {event.body["caller"]["function"] for event in events(home, "file.changed")}
    assert callers == {"test_what_is_done_to_files_is_told"}


def test_what_lies_in_a_folder_known_by_its_descriptor_only_is_not_told(
    home: Path, tmp_path: Path
) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        os.mkdir("inside", dir_fd=descriptor)
        os.rmdir("inside", dir_fd=descriptor)
    finally:
        os.close(descriptor)
    assert changed(home, tmp_path) == []


def test_going_to_another_folder_is_told(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deeper").mkdir()
    os.chdir("deeper")
    told = events(home, "directory.changed")[-1].body
    assert (told["before"], told["after"]) == (str(tmp_path), str(tmp_path / "deeper"))
    assert told["caller"]["function"] == "test_going_to_another_folder_is_told"


def test_going_away_from_a_folder_that_is_gone_is_told(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").mkdir()
    os.chdir("gone")
    (tmp_path / "gone").rmdir()
    os.chdir(tmp_path)
    assert events(home, "directory.changed")[-1].body.get("before") is None


def test_a_place_that_changes_many_files_is_told_in_part(home: Path, tmp_path: Path) -> None:
    for number in range(CHANGES_MAX + 9):
        (tmp_path / str(number)).mkdir()
    assert len(changed(home, tmp_path)) == CHANGES_MAX
    assert guard.lost["file changed: only counted"] == 9


def test_nothing_is_told_once_it_is_not_watched(home: Path, tmp_path: Path) -> None:
    changes.unwatch()
    (tmp_path / "x").mkdir()
    assert changed(home, tmp_path) == []
