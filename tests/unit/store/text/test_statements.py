from __future__ import annotations

import re
import sqlite3

from backtrail.store.text.statements import STATEMENTS


def test_every_statement_is_one_that_sqlite_understands() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(STATEMENTS["schema"])
    for name, sql in STATEMENTS.items():
        if name != "schema" and "?" not in sql:
            parameters = dict.fromkeys(re.findall(r":(\w+)", sql), "1")
            connection.execute("EXPLAIN " + sql, parameters)
    assert {"state", "add_part", "parts_with"} <= set(STATEMENTS)
    connection.close()
