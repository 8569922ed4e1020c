from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backtrail.model.limits import TRACKED_FILE_BYTES_MAX, TRACKED_FILES_MAX
from backtrail.record.state.files import state_of_path
from backtrail.record.state.patch import json_patch
from backtrail.record.state.whole import Look


def seen(path: Path) -> Any:
    return state_of_path(str(path), (), Look())


def test_a_text_is_shown_by_its_lines(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    assert seen(tmp_path / "a.txt") == {"$type": "file", "size": 8, "lines": ["one", "two", ""]}


def test_json_is_shown_as_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"user": {"age": 3}}')
    assert seen(tmp_path / "a.json")["json"] == {"user": {"age": 3}}
    (tmp_path / "a.json").write_text('{"user": {')
    assert seen(tmp_path / "a.json")["lines"] == ['{"user": {']


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\0b", b"x" * (TRACKED_FILE_BYTES_MAX + 1)])
def test_what_is_no_text_or_too_long_is_known_by_its_digest(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    shown = seen(tmp_path / "a")
    assert len(shown["sha256"]) == 64
    assert shown["size"] == len(data)


def test_nothing_is_at_a_path_that_is_not_there(tmp_path: Path) -> None:
    assert seen(tmp_path / "none") is None
    (tmp_path / "file").write_text("")
    assert seen(tmp_path / "file" / "below") is None


def test_a_special_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert seen(tmp_path / "pipe") == {"$type": "special file"}
    assert seen(tmp_path) == {"pipe": {"size": 0}}


def test_a_folder_is_listed_at_every_depth(tmp_path: Path) -> None:
    (tmp_path / "sub" / "empty").mkdir(parents=True)
    (tmp_path / "sub" / "b").write_text("b")
    (tmp_path / "link").symlink_to("sub/b")
    shown = seen(tmp_path)
    assert list(shown) == ["link", "sub/b", "sub/empty/"]
    assert shown["link"] == {"link": "sub/b"}
    assert shown["sub/b"]["size"] == 1
    before = shown["sub/b"]["sha256"]
    (tmp_path / "sub" / "b").write_text("c")
    assert seen(tmp_path)["sub/b"]["sha256"] != before


def test_a_large_folder_is_cut_and_says_so(tmp_path: Path) -> None:
    for number in range(TRACKED_FILES_MAX + 1):
        (tmp_path / f"{number:05}").touch()
    look = Look()
    shown = state_of_path(str(tmp_path), (), look)
    assert shown["$cut"] == 1
    assert len(shown) == TRACKED_FILES_MAX + 1
    assert look.cuts == 1


def test_secrets_in_files_are_hidden(tmp_path: Path) -> None:
    hush = "lady" + "bird" + "x"
    (tmp_path / ".env").write_text(f"A=1\nDB_PASSWORD={hush}\n")
    (tmp_path / "a.json").write_text(f'{{"token": "{hush}"}}')
    (tmp_path / "db_password").write_text(hush)
    for name in (".env", "a.json", "db_password"):
        shown = str(seen(tmp_path / name))
        assert hush not in shown
        assert "[redacted]" in shown


HOLDS = """
import fcntl, sys
file = open(sys.argv[1], "r+")
try:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    print("held")
else:
    print("free")
"""


def test_locks_that_the_program_holds_on_a_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "locked"
    path.write_text("one")
    with path.open("r+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        assert seen(path)["lines"] == ["one"]
        assert seen(tmp_path)["locked"]["size"] == 3
        asked = subprocess.run([sys.executable, "-c", HOLDS, path], capture_output=True, check=True)
        assert asked.stdout == b"held\n"


def test_a_file_that_is_locked_and_open_only_for_writing_stays_unread(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("w") as file:
        file.write("one")
        file.flush()
        assert seen(path)["lines"] == ["one"]
        fcntl.lockf(file, fcntl.LOCK_EX)
        assert seen(path) == {"$type": "file", "size": 3, "$unreadable": True}
        assert list(seen(tmp_path)["log"]) == ["size", "modified_ns"]
        asked = subprocess.run([sys.executable, "-c", HOLDS, path], capture_output=True, check=True)
        assert asked.stdout == b"held\n"


def test_a_secret_in_a_text_that_became_another_is_seen(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\nDB_PASSWORD=" + "lady" + "bird1\n")
    before = seen(path)
    path.write_text("A=1\nDB_PASSWORD=" + "lady" + "bird2\n")
    assert json_patch(before, seen(path)) == [
        {"op": "replace", "path": "/lines/1", "value": "DB_PASSWORD=[redacted]"}
    ]


def test_an_empty_database_has_no_tables(tmp_path: Path) -> None:
    (tmp_path / "x.db").touch()
    assert seen(tmp_path / "x.db") == {}
