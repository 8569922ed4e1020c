from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from backtrail.model.errors import DamagedCatalogError, StoreError
from backtrail.store.catalog import catalog_format
from backtrail.store.engines.sqlite import (
    CATALOG_NAME,
    SqlitePlace,
    connect,
    file_bytes,
    may_write,
    translated,
)


def place(home: Path) -> SqlitePlace:
    home.mkdir(exist_ok=True)
    return SqlitePlace(home=home, format=catalog_format())


def test_a_draft_takes_the_place_of_a_damaged_file(tmp_path: Path) -> None:
    here = place(tmp_path)
    (tmp_path / CATALOG_NAME).write_bytes(b"garbage" * 999)
    with pytest.raises(DamagedCatalogError):
        here.open()
    draft = here.draft()
    draft.run("set_meta", {"name": "a", "value": "b"})
    draft.close()
    aside = here.replace_damaged()
    assert Path(aside).read_bytes() == b"garbage" * 999
    engine = here.open()
    assert [row[0] for row in engine.rows("meta", {"name": "a"})] == ["b"]
    engine.close()


def test_a_draft_that_is_dropped_leaves_nothing(tmp_path: Path) -> None:
    here = place(tmp_path)
    here.draft().close()
    here.drop_draft()
    here.drop_draft()
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_as_large_as_it_and_its_companions(tmp_path: Path) -> None:
    engine = place(tmp_path).open()
    assert engine.size_bytes() == file_bytes(tmp_path / CATALOG_NAME) > 4_096
    assert file_bytes(tmp_path / "absent") == 0
    assert engine.place == str(tmp_path / CATALOG_NAME)
    engine.close()


def test_what_is_no_text_in_unicode_can_be_asked_for(tmp_path: Path) -> None:
    engine = place(tmp_path).open()
    assert engine.row("meta", {"name": "a\udcff"}) is None
    assert engine.rows("meta", {"name": "\ud800"}) == []
    engine.close()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("SQLITE_FULL", "cannot grow"),
        ("SQLITE_READONLY", "cannot be written"),
        ("SQLITE_CANTOPEN", "cannot be opened"),
        ("SQLITE_IOERR", "cannot be read or written"),
    ],
)
def test_what_sqlite_says_is_told_with_what_to_do(tmp_path: Path, name: str, says: str) -> None:
    error = sqlite3.OperationalError("it says")
    error.sqlite_errorname = name

    def fail() -> None:
        with translated(tmp_path / CATALOG_NAME):
            raise error

    with pytest.raises(StoreError, match=f"{says}: it says") as raised:
        fail()
    assert raised.value.hint


def test_a_fault_of_ours_is_told_as_it_is(tmp_path: Path) -> None:
    connection = connect(tmp_path / CATALOG_NAME, catalog_format())
    with pytest.raises(sqlite3.OperationalError), translated(tmp_path):
        connection.execute("SELEC")
    connection.close()
    assert may_write(tmp_path) is os.access(tmp_path, os.W_OK)
