from __future__ import annotations

import csv
import inspect
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import backtrail
from backtrail.model.limits import OPENS_FULL_MAX, OPENS_LAST_MAX, OPENS_MAX
from backtrail.record.effects import files
from recorded import events, recording


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / ".backtrail") as home:
        files.watch()
        try:
            yield home
        finally:
            files.unwatch()


def opened(home: Path) -> list[dict[str, Any]]:
    return [event.body for event in events(home, "file.opened")]


def test_a_file_that_is_read_is_told_with_what_it_holds_and_who_read_it(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "rates.json"
    path.write_text('{"EUR": 1.08}')
    files.watch()

    def load() -> Any:
        return json.loads(path.read_text())

    assert load() == {"EUR": 1.08}
    told = opened(home)[-1]
    assert (told["path"], told["mode"], told["bytes"]) == (str(path), "read", 13)
    assert told["content"] == '{"EUR": 1.08}'
    assert len(told["sha256"]) == 64
    assert told["caller"]["function"].endswith("load")
    assert [call["function"].rpartition(".")[2] for call in told["calls"]][:2] == [
        "load",
        "test_a_file_that_is_read_is_told_with_what_it_holds_and_who_read_it",
    ]


def test_a_file_that_is_written_and_then_read_is_told_twice(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    with path.open("w") as file:
        file.write("seven")
    with path.open("a") as file:
        file.write(" eight")
    with path.open("r+") as file:
        file.read()
    with path.open() as file:
        file.read()
    told = [(each["mode"], each.get("bytes"), each.get("content")) for each in opened(home)]
    assert told == [
        ("write", None, None),
        ("append", 5, None),
        ("update", 11, "seven eight"),
        ("read", 11, "seven eight"),
    ]


def test_a_file_that_is_not_there_is_told_so(home: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        (tmp_path / "absent.toml").open()
    assert "backtrail" not in str(caught.getrepr())
    (tmp_path / "made.txt").open("a+").close()
    told = opened(home)
    assert [each.get("is_missing", False) for each in told] == [True, False]
    assert "bytes" not in told[0]


def test_libraries_read_on_behalf_of_the_user_s_code(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    with open(path, newline="") as file:  # noqa: PTH123 - as many programs have it
        assert list(csv.reader(file)) == [["a", "b"], ["1", "2"]]
    assert opened(home)[-1]["content"] == "a,b\n1,2\n"


def test_what_is_not_the_user_s_is_not_told(home: Path, tmp_path: Path) -> None:
    open(os.__file__).close()  # noqa: PTH123 - nothing is read
    open("/proc/self/status").close()  # noqa: PTH123 - nothing is read
    open(os.devnull).close()  # noqa: PTH123 - nothing is read
    open(__file__).close()  # noqa: PTH123 - nothing is read
    os.close(os.open(tmp_path, os.O_RDONLY))
    descriptor = os.dup(0)
    open(descriptor).close()  # noqa: PTH123 - nothing is read
    assert opened(home) == []


def test_a_place_that_opens_many_files_is_told_in_part(home: Path, tmp_path: Path) -> None:
    for number in range(OPENS_MAX + 30):
        (tmp_path / f"{number}.txt").write_text(f"number {number}")
    files.unwatch()
    files.watch()
    before = len(opened(home))
    for number in range(OPENS_MAX + 30):
        with (tmp_path / f"{number}.txt").open() as file:
            assert file.read() == f"number {number}"
    told = opened(home)[before:]
    assert len(told) == OPENS_MAX
    assert sum("content" in each for each in told) == OPENS_FULL_MAX


def test_another_place_is_told_after_one_that_opens_many(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("one")
    files.unwatch()
    files.watch()
    for _ in range(OPENS_MAX + 5):
        path.open().close()
    before = len(opened(home))
    path.open().close()
    assert len(opened(home)) == before
    inspect.currentframe()
    path.open().close()
    assert len(opened(home)) == before + 1


def test_nothing_is_told_once_it_is_not_watched(home: Path, tmp_path: Path) -> None:
    files.unwatch()
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "a.txt").unlink()
    assert opened(home) == events(home, "file.changed") == []


def test_the_last_of_many_files_are_told_when_an_error_comes(home: Path, tmp_path: Path) -> None:
    for number in range(OPENS_MAX + 30):
        (tmp_path / f"{number}.txt").write_text(f"number {number}" if number < 65 else "")
    files.unwatch()
    files.watch()

    def load() -> None:
        for number in range(OPENS_MAX + 30):
            assert (tmp_path / f"{number}.txt").read_text().split()[1]

    before = len(opened(home))
    inspect.currentframe()
    with pytest.raises(IndexError) as caught:
        load()
    backtrail.capture_exception(caught.value)
    told = opened(home)[before + OPENS_MAX :]
    assert [each["path"] for each in told] == [
        str(tmp_path / f"{number}.txt") for number in range(66 - OPENS_LAST_MAX, 66)
    ]
    assert told[0]["content"] == "number 58"
    assert told[-1]["bytes"] == 0
    assert {each["caller"]["function"].rpartition(".")[2] for each in told} == {"load"}
    backtrail.capture_exception(ValueError("another"))
    assert len(opened(home)) == before + OPENS_MAX + OPENS_LAST_MAX
