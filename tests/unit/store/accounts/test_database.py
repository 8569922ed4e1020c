from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from threading import Thread

import pytest

from backtrail.model.errors import NewerFormatError, RefusedError, StoreError
from backtrail.store.accounts.database import Accounts
from backtrail.store.accounts.projects import create_project, projects


def test_the_file_is_made_by_the_first_write_and_only_for_its_owner(accounts: Accounts) -> None:
    assert accounts.rows("projects") == []
    assert not accounts.path.exists()
    with accounts.writing() as writing:
        create_project(writing, "kiln", now_unix_ns=1)
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    for path in accounts.home.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert [each.name for each in projects(accounts)] == ["kiln"]


def test_what_another_process_adds_is_seen(accounts: Accounts) -> None:
    with accounts.writing() as writing:
        create_project(writing, "kiln", now_unix_ns=1)
    assert len(projects(accounts)) == 1
    other = Accounts(accounts.home)
    with other.writing() as writing:
        create_project(writing, "shop", now_unix_ns=2)
    other.close()
    assert len(projects(accounts)) == 2


def test_what_fails_leaves_nothing(accounts: Accounts) -> None:
    with accounts.writing() as writing:
        create_project(writing, "shop", now_unix_ns=1)
    with pytest.raises(RefusedError):
        make_both(accounts)
    assert [each.name for each in projects(accounts)] == ["shop"]
    with accounts.writing() as writing:
        create_project(writing, "kiln", now_unix_ns=1)
    assert len(projects(accounts)) == 2


def make_both(accounts: Accounts) -> None:
    with accounts.writing() as writing:
        create_project(writing, "kiln", now_unix_ns=1)
        create_project(writing, "shop", now_unix_ns=1)


def test_many_may_write_at_once(accounts: Accounts) -> None:
    def add(number: int) -> None:
        with accounts.writing() as writing:
            create_project(writing, f"p{number}", now_unix_ns=number)

    threads = [Thread(target=add, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(projects(accounts)) == 20


def test_a_later_format_is_refused_with_the_version_to_install(accounts: Accounts) -> None:
    with accounts.writing() as writing:
        writing.run("set_meta", name="writer", value="9.1.0")
    accounts.close()
    connection = sqlite3.connect(accounts.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerFormatError, match="has accounts format 99") as caught:
        accounts.rows("projects")
    assert "backtrail>=9.1.0" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"no database at all, whatever its name says" * 40])
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "accounts.db").write_bytes(content)
    accounts = Accounts(tmp_path)
    with pytest.raises(StoreError, match=r"accounts\.db"):
        accounts.rows("projects")
    with pytest.raises(StoreError, match=r"accounts\.db"), accounts.writing():
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be used"), Accounts(tmp_path / "file").writing():
        pass
