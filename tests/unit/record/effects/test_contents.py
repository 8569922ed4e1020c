from __future__ import annotations

import csv
import hashlib
import os
import socket
from pathlib import Path

import pytest

from backtrail.model.limits import FILE_CHARS_MAX, FILE_READ_BYTES_MAX
from backtrail.record.capture.values.walk import Walk
from backtrail.record.effects.contents import Content, content, look

NOTHING = Content()


def held(path: Path, walk: Walk | None = None) -> Content:
    known = look(str(path))
    assert known is not None
    return content(str(path), known, walk or Walk())


@pytest.mark.parametrize("name", ["a.json", "b.TOML", ".env", "Procfile", "rows.tsv", "notes.txt"])
def test_a_small_text_is_told_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("rate 7 für\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert held(path) == Content(text="rate 7 für\n", sha256=digest)


@pytest.mark.parametrize("name", ["a.png", "model.bin", "data.db", "x.tar.gz"])
def test_a_file_of_another_kind_is_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("text after all")
    assert held(path) == NOTHING


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"\xff\xfe\xfd", b"abc\x80"])
def test_what_is_no_text_has_only_its_digest(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "data"
    path.write_bytes(data)
    assert held(path) == Content(sha256=hashlib.sha256(data).hexdigest())


def test_a_long_text_is_told_in_part(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("ä " * FILE_CHARS_MAX)
    told = held(path)
    assert told.is_cut
    assert told.text is not None
    assert told.text.startswith("ä ä ")
    assert FILE_CHARS_MAX < len(told.text) < FILE_CHARS_MAX + 40
    assert told.sha256 is None


def test_a_huge_file_costs_no_more_than_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n" * 100_000)
        file.truncate(1 << 40)
    told = held(path)
    assert told.is_cut
    assert told.text is not None
    assert len(told.text) < FILE_READ_BYTES_MAX


def test_a_text_is_cut_between_two_characters(tmp_path: Path) -> None:
    path = tmp_path / "euros.txt"
    path.write_bytes(b"x" + "€".encode() * FILE_READ_BYTES_MAX)
    told = held(path)
    assert told.text is not None
    assert told.text.startswith("x€€")
    assert "�" not in told.text


def test_a_mark_of_byte_order_stays_since_it_may_be_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfname\n")
    assert held(path).text == "\ufeffname\n"


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        (tmp_path / "zero.txt").symlink_to("/dev/zero")
        for name in ("fifo", "socket", "zero.txt"):
            assert held(tmp_path / name) == NOTHING


def test_a_file_that_became_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "was.txt"
    path.write_text("text")
    known = look(str(path))
    assert known is not None
    path.unlink()
    os.mkfifo(path)
    assert content(str(path), known, Walk()) == NOTHING


def test_a_file_that_is_gone_or_closed_to_us_is_none(tmp_path: Path) -> None:
    path = tmp_path / "gone.txt"
    path.write_text("text")
    known = look(str(path))
    assert known is not None
    path.unlink()
    assert content(str(path), known, Walk()) == NOTHING
    assert look(str(path)) is None
    assert look(str(tmp_path / "gone.txt" / "deeper")) is None


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        (".env", "MODE=fast\nDB_PASSWORD=sesame99\n", "MODE=fast\nDB_PASSWORD=[redacted]\n"),
        ("a.json", '{"api_key": "sesame99", "n": 1}', '{"api_key": "[redacted]", "n": 1}'),
        ("a.toml", 'password = "sesame99"\nport = 1', 'password = "[redacted]"\nport = 1'),
        ("u.csv", "id,password\n1,sesame99\n2,\n", "id,password\n1,[redacted]\n2,[redacted]"),
        ("u.tsv", "password\tid\nsesame99\t7", "password\tid\n[redacted]\t7"),
        ("u.csv", 'id;"password"\n1;"sesame99 x"', 'id;"password"\n1;[redacted]'),
        ("u.csv", "id|password\r\n1|sesame99\r\n", "id|password\r\n1|[redacted]"),
        ("u.csv", "password,x\n" + "sesame99" * 17_000 + ",7", "password,x\n[redacted]"),
        ("secrets.json", '["sesame99"]', "[redacted]"),
        ("api_token", "sesame99", "[redacted]"),
        (".netrc", "machine x login y sesame99", "[redacted]"),
    ],
)
def test_secrets_are_not_told(tmp_path: Path, name: str, text: str, shown: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    told = held(path)
    assert (told.text, told.sha256) == (shown, None)


def test_a_table_that_cannot_be_taken_apart_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("id,password\n1,sesame99\n")
    usual = csv.field_size_limit(3)
    try:
        assert held(path).text == "id,password\n[redacted]"
    finally:
        csv.field_size_limit(usual)


def test_files_in_a_folder_of_secrets_are_not_told(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "first"
    path.parent.mkdir()
    path.write_text("sesame99")
    assert held(path) == Content(text="[redacted]")


def test_a_secret_of_a_table_goes_wherever_else_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("id,password\n1,sesame99\n")
    walk = Walk()
    held(path, walk)
    assert "sesame99" in walk.taints
