from __future__ import annotations

import contextlib
import gc
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import backtrail
from backtrail.model.limits import SQL_CHARS_MAX, STATEMENTS_MAX
from backtrail.record import guard
from backtrail.record.effects import sql
from recorded import events, recording, run_program

WORD = "sesame" + str(99)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / ".backtrail") as home:
        sql.watch()
        try:
            yield home
        finally:
            sql.unwatch()


def told(home: Path) -> list[dict[str, Any]]:
    return [event.body for event in events(home, "sql.executed")]


def statements(home: Path) -> list[str]:
    return [body["statement"] for body in told(home)]


def test_statements_are_told_with_their_values_and_who_sent_them(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "shop.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE members (id INTEGER PRIMARY KEY, email TEXT)")
        with db:
            db.execute("INSERT INTO members VALUES (?, ?)", (104, "joe@example.org"))
            db.execute("UPDATE members SET email = :mail WHERE id = :id", {"mail": "x", "id": 104})
    assert statements(home) == [
        "CREATE TABLE members (id INTEGER PRIMARY KEY, email TEXT)",
        "BEGIN ",
        "INSERT INTO members VALUES (104, 'joe@example.org')",
        "UPDATE members SET email = 'x' WHERE id = 104",
        "COMMIT",
    ]
    first = told(home)[0]
    assert (first["system"], first["database"]) == ("sqlite", str(path))
    assert first["caller"]["function"] == (
        "test_statements_are_told_with_their_values_and_who_sent_them"
    )
    assert first["calls"][0] == first["caller"]


def test_connections_are_told_apart(home: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(":memory:")) as one,
        contextlib.closing(sqlite3.connect(database=":memory:")) as two,
    ):
        one.execute("SELECT 1")
        two.execute("SELECT 2")
        one.execute("SELECT 3")
    first, second, third = (body["connection"] for body in told(home))
    assert first == third != second
    assert {body["database"] for body in told(home)} == {":memory:"}


def test_many_rows_at_once_are_told_one_by_one(home: Path) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.executescript("CREATE TABLE t (a); CREATE TABLE u (b);")
        db.executemany("INSERT INTO t VALUES (?)", [(1,), (2,)])
        db.rollback()
    assert [text.strip() for text in statements(home)] == [
        "CREATE TABLE t (a);", "CREATE TABLE u (b);", "BEGIN", "INSERT INTO t VALUES (1)",
        "INSERT INTO t VALUES (2)", "ROLLBACK",
    ]  # fmt: skip


def test_a_statement_that_fails_fails_as_ever(home: Path) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (a UNIQUE)")
        db.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(sqlite3.IntegrityError) as caught:
            db.execute("INSERT INTO t VALUES (1)")
    assert len(caught.traceback) == 1
    assert statements(home).count("INSERT INTO t VALUES (1)") == 2
    with pytest.raises(sqlite3.OperationalError) as opened:
        sqlite3.connect("/nowhere/at/all.db")
    assert len(opened.traceback) == 1


def test_a_program_s_own_callback_takes_the_place_of_ours(home: Path) -> None:
    heard: list[str] = []
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute("SELECT 1")
        db.set_trace_callback(heard.append)
        db.execute("SELECT 2")
    assert heard == ["SELECT 2"]
    assert statements(home) == ["SELECT 1"]


def test_types_stay_what_they_are(home: Path) -> None:
    class Own(sqlite3.Connection):
        def set_trace_callback(self, _callback: object) -> None:
            raise AssertionError

    db = sqlite3.connect(":memory:")
    assert type(db) is sqlite3.Connection
    db.close()
    own = sqlite3.connect(":memory:", factory=Own)
    assert type(own) is Own
    own.execute("SELECT 5")
    own.close()
    assert statements(home) == ["SELECT 5"]
    assert sqlite3.connect.__name__ == "connect"


def test_a_connection_is_closed_as_soon_as_nobody_has_it(home: Path, tmp_path: Path) -> None:
    """Ours must not hold it: what SQLite has locked would stay so until the next collection."""

    class Own(sqlite3.Connection):
        def __del__(self) -> None:
            gone.append(True)

    gone: list[bool] = []
    gc.disable()
    try:
        db = sqlite3.connect(tmp_path / "a.db", factory=Own)
        db.execute("SELECT 1").fetchall()
        db.close()
        del db
    finally:
        gc.enable()
    assert gone == [True]
    assert statements(home) == ["SELECT 1"]


def test_a_thread_is_told_with_its_statements(home: Path, tmp_path: Path) -> None:
    def work() -> None:
        with contextlib.closing(sqlite3.connect(tmp_path / "t.db")) as db:
            db.execute("SELECT 1")

    thread = threading.Thread(target=work, name="clerk")
    thread.start()
    thread.join()
    [event] = events(home, "sql.executed")
    assert event.thread is not None
    assert event.thread.startswith("clerk:")


def test_repeats_at_one_place_are_counted(home: Path) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (a, b)")
        for number in range(STATEMENTS_MAX + 7):
            db.execute("INSERT INTO t VALUES (?, 'x')", (number,))
        db.commit()
    assert sum(text.startswith("INSERT") for text in statements(home)) == STATEMENTS_MAX
    assert statements(home)[-1] == "COMMIT"
    assert guard.lost["statement: only counted"] == 7


def test_each_trace_is_told_its_statements_after_one_that_sends_many(home: Path) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (a)")
        for name, many in (("busy", STATEMENTS_MAX + 5), ("calm", 3)):
            with backtrail.start_operation_trace(name):
                for number in range(many):
                    db.execute("INSERT INTO t VALUES (?)", (number,))
    told = [e for e in events(home, "sql.executed") if e.body["statement"].startswith("INSERT")]
    assert len(told) == STATEMENTS_MAX + 3
    assert len({event.trace_id for event in told[-3:]} | {told[0].trace_id}) == 2
    assert guard.lost == {"statement: only counted": 5}


def test_a_statement_of_another_kind_is_told_amid_many(home: Path) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (a)")
        for number in range(STATEMENTS_MAX + 300):
            db.execute("INSERT INTO t VALUES (?)", (number,))
            if number == STATEMENTS_MAX + 50:
                db.execute("DELETE FROM t")
        assert guard.lost == {"statement: only counted": 300}
    assert statements(home)[-1] == "DELETE FROM t"


def test_the_last_of_many_are_told_when_an_error_comes(home: Path) -> None:
    many = STATEMENTS_MAX + 30
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (a, password)")
        for number in range(many):
            db.execute("INSERT INTO t VALUES (?, ?)", (number, WORD))
    before = len(statements(home))
    backtrail.capture_exception(ValueError("late"))
    last = [f"INSERT INTO t VALUES ({many - left}, '[redacted]')" for left in range(8, 0, -1)]
    assert statements(home)[before:] == last
    backtrail.capture_exception(ValueError("later"))
    assert len(statements(home)) == before + 8
    assert WORD not in str(told(home))


def test_a_huge_statement_is_told_in_part(home: Path) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        begun = time.process_time()
        db.execute("SELECT ?", ("x" * 3_000_000,))
        assert time.process_time() - begun < 1
    [statement] = statements(home)
    assert len(statement) < SQL_CHARS_MAX + 40
    assert "chars]" in statement


def test_no_secret_is_told(home: Path) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE users (name, password)")
        db.execute("INSERT INTO users VALUES (?, ?)", ("ann", WORD))
        db.execute("UPDATE users SET password = ? WHERE name = 'ann'", (WORD,))
    assert WORD not in str(told(home))
    assert "INSERT INTO users VALUES ('ann', '[redacted]')" in statements(home)


def test_nothing_is_told_once_it_is_not_watched(home: Path) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        sql.unwatch()
        db.execute("SELECT 1")
        assert "backtrail" not in repr(sqlite3.connect)
        sqlite3.connect(":memory:").close()
    assert statements(home) == []


def test_a_program_that_imports_it_later_is_told_and_gets_its_own_back(tmp_path: Path) -> None:
    program = """
import inspect, sys
import backtrail
from backtrail.record.effects import sql
backtrail.start(hooks=False, strict=True)
sql.watch()
assert "sqlite3" not in sys.modules
import sqlite3
from sqlite3 import dbapi2
for module in (sqlite3, dbapi2):
    assert inspect.isfunction(module.connect)
sql.unwatch()
for module in (sqlite3, dbapi2):
    assert inspect.isbuiltin(module.connect), module
"""
    done = run_program(program, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
