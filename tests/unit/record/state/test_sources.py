from __future__ import annotations

import asyncio
import sqlite3
import types
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backtrail.record.state.sources import Unreadable, is_async, state_of, state_of_async
from backtrail.record.state.whole import Look


def seen(source: Any, name: str = "state") -> Any:
    return state_of(source, name, (), Look())


def test_functions_are_called_and_other_objects_are_the_state() -> None:
    class Called:
        def __init__(self) -> None:
            self.size = 3

        def __call__(self) -> int:
            raise AssertionError("called")

        def count(self) -> int:
            return self.size

    assert seen(lambda: 1) == 1
    assert seen(Called().count) == 3
    assert seen(partial(max, 1, 2)) == 2
    assert seen(Called())["size"] == 3


def test_a_path_is_taken_for_the_file_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("hello")
    assert seen(tmp_path / "note") == seen(str(tmp_path / "note"))
    assert seen(tmp_path / "note")["lines"] == ["hello"]
    assert seen(tmp_path / "none") is None


def test_a_module_and_a_class_are_shown_by_what_they_hold() -> None:
    module = types.ModuleType("settings")
    module.LIMIT = 5  # type: ignore[attr-defined]
    module.path = Path  # type: ignore[attr-defined]

    class Settings:
        limit = 5

        def check(self) -> None: ...

    assert seen(module) == {"LIMIT": 5}
    assert seen(Settings) == {"limit": 5}


def test_a_name_that_is_secret_hides_the_state() -> None:
    assert seen({"a": "b"}, "password") == "[redacted]"


def test_a_function_that_fails_makes_the_state_unreadable() -> None:
    with pytest.raises(Unreadable, match="its function failed"):
        seen(lambda: 1 / 0)


def test_an_asynchronous_function_is_awaited_where_that_is_possible() -> None:
    async def held() -> int:
        await asyncio.sleep(0)
        return 3

    async def broken() -> int:
        raise OSError

    assert is_async(held)
    assert asyncio.run(state_of_async(held, "state", (), Look())) == 3
    assert asyncio.run(state_of_async(lambda: 4, "state", (), Look())) == 4
    with pytest.raises(Unreadable, match="its function failed"):
        asyncio.run(state_of_async(broken, "state", (), Look()))
    with pytest.raises(Unreadable, match="is asynchronous"):
        seen(held)


def test_a_database_that_is_no_longer_open_is_unreadable() -> None:
    connection = sqlite3.connect(":memory:")
    connection.close()
    with pytest.raises(Unreadable, match="ProgrammingError"):
        seen(connection)
