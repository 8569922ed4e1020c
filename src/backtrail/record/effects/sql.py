"""Statements that the user's own code sent to SQLite, each connection told apart.

SQLite itself tells of each statement it runs, with its parameters in place, through the
connection's trace callback: its class stays what it is. A program that sets a callback of its own
takes the place of ours, and the statements of that connection are recorded no more from there on.
Nothing of ours holds the connection, so it is closed when the program lets go of it.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable
from itertools import count
from types import FrameType, ModuleType
from typing import Any, NamedTuple

from backtrail.model.effects import SqlExecuted
from backtrail.model.event import Place
from backtrail.model.limits import (
    CALLS_MAX,
    SQL_CHARS_MAX,
    SQL_SCAN_CHARS_MAX,
    STATEMENT_BEGINNING_CHARS,
    STATEMENTS_LAST_MAX,
    STATEMENTS_MAX,
    STATEMENTS_PASSED_MAX,
)
from backtrail.record import guard, scope
from backtrail.record.attach.imports import when_imported
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.capture.callers import callers
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.effects import audit
from backtrail.record.effects.audit import quietly
from backtrail.record.effects.origin import origin, tell
from backtrail.record.effects.paths import path_of
from backtrail.record.effects.quota import Quota
from backtrail.record.effects.statements import (
    clean_statement,
    forget_tables,
    shape_of,
)
from backtrail.record.occurrence.raised import before_error


class _Sent(NamedTuple):
    """A statement, and what is known of where it went."""

    statement: str
    database: str | None
    connection: str
    calls: list[Place]


_quota = Quota(STATEMENTS_MAX, "statement", is_counting=False)
_last: deque[_Sent] = deque(maxlen=STATEMENTS_LAST_MAX)
"""What was sent beyond that, the newest last."""
_numbers = count(1)
_WHERE = "sqlite3"
_patches = Patches()
_on = [False]


def watch() -> None:
    """Record the statements of connections that are made from here on."""
    _on[0] = True
    _quota.forget()
    if _tell_last not in before_error:
        before_error.append(_tell_last)
    for name in ("sqlite3", "sqlite3.dbapi2"):
        when_imported(name, _follow)


def unwatch() -> None:
    """Record no more statements, also of connections that there are."""
    _on[0] = False
    _patches.restore()
    _last.clear()
    forget_tables()
    if _tell_last in before_error:
        before_error.remove(_tell_last)


def _follow(module: ModuleType) -> None:
    if not _on[0]:
        return
    names = vars(module)
    if _patches.is_ours(names["connect"]):
        # It took ours over from the module that it is made of, and would keep it.
        names["connect"] = names["connect"].__wrapped__
    _patches.replace(module, "connect", _connect)


def _connect(original: Callable[..., Any]) -> Callable[..., Any]:
    frame_of = sys._getframe  # noqa: SLF001 - inspect costs start-up time

    def connect(*args: Any, **kwargs: Any) -> Any:
        try:
            connection = original(*args, **kwargs)
        except BaseException as error:
            step_out(error)
            raise
        database = args[0] if args else kwargs.get("database")
        if _on[0]:
            quietly(_WHERE, _connected, connection, database, frame_of(1))
        return connection

    return connect


def _connected(connection: Any, given: Any, frame: FrameType | None) -> None:
    """Ask a connection to tell of its statements."""
    sqlite3: Any = sys.modules.get("sqlite3.dbapi2")
    if sqlite3 is None or not issubclass(type(connection), sqlite3.Connection):
        return
    if origin(frame) is None:
        return
    database = path_of(given)
    if database and database != ":memory:" and not database.startswith("file:"):
        database = os.path.abspath(database)
    # The class's own: one that the program derives from it may override the method.
    sqlite3.Connection.set_trace_callback(connection, _teller(database, str(next(_numbers))))


class _Passing:
    """What is sent over and over on a connection, and is passed over for a while."""

    __slots__ = ("beginning", "calls", "left", "trace")

    def __init__(self) -> None:
        self.beginning = ""
        self.calls: list[Place] = []
        self.left = 0
        self.trace = ""

    def begin(self, statement: str, calls: list[Place]) -> None:
        """Pass over the next statements that begin like this one, in the present trace."""
        self.beginning, self.calls = statement[:STATEMENT_BEGINNING_CHARS], calls
        self.left, self.trace = STATEMENTS_PASSED_MAX, scope.get().trace.trace_id


def _teller(database: str | None, connection: str) -> Callable[[str], None]:
    frame_of = sys._getframe  # noqa: SLF001 - inspect costs start-up time
    passing = _Passing()

    def tell_statement(statement: str) -> None:
        if not _on[0]:
            return
        if (
            passing.left
            and statement[:STATEMENT_BEGINNING_CHARS] == passing.beginning
            and scope.get().trace.trace_id == passing.trace
        ):
            passing.left -= 1
            _keep_in_mind(statement, database, connection, passing.calls)
            return
        calls = quietly(_WHERE, _hear, statement, frame_of(1), database, connection)
        if calls:
            passing.begin(statement, calls)

    return tell_statement


def _keep_in_mind(
    statement: str, database: str | None, connection: str, calls: list[Place]
) -> None:
    if len(statement) > SQL_SCAN_CHARS_MAX:
        statement = f"{statement[:SQL_SCAN_CHARS_MAX]}…"
    _last.append(_Sent(statement, database, connection, calls))
    guard.count("statement: only counted")


def _hear(
    statement: str, frame: FrameType | None, database: str | None, connection: str
) -> list[Place] | None:
    """Record a statement; return where it was sent from if that place has sent enough of them."""
    app = origin(frame)
    if app is None:
        return None
    if _quota.left(app, shape_of(statement)):
        _tell(_Sent(statement, database, connection, callers(app, CALLS_MAX)))
        return None
    calls = callers(app, 1)
    _keep_in_mind(statement, database, connection, calls)
    return calls


def _tell(sent: _Sent) -> None:
    walk = Walk()
    body = SqlExecuted(
        system="sqlite",
        statement=shown_text(clean_statement(sent.statement, walk), walk, SQL_CHARS_MAX),
        database=None if sent.database is None else shown_text(sent.database, walk),
        connection=sent.connection,
        caller=sent.calls[0],
        calls=sent.calls,
    )
    tell("sql.executed", body, walk)


def _tell_last(_error: BaseException) -> None:
    """Record the last statements that were only counted, since an error may come of one of them."""
    with audit.Quiet():
        for sent in [_last.popleft() for _ in range(len(_last))]:
            _tell(sent)
