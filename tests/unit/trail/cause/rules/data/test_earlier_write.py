from __future__ import annotations

from backtrail.model.event import Event
from backtrail.trail.cause.rules.data.earlier_write import find
from causes import behind, error, event, findings, frame, place

EMAIL = "jo.tan@example.org"


def sql(at: int, statement: str, function: str = "add") -> Event:
    return event("sql.executed", at, system="sqlite", statement=statement, caller=place(function))


def refused(message: str) -> Event:
    row = frame("add", "db.execute(q)", email=EMAIL)
    root = behind("IntegrityError", message, row)
    return error("RowRejected", f"{EMAIL} was not accepted", row, chain=[root])


def test_the_update_that_took_a_unique_value_is_found() -> None:
    found = findings(
        find,
        refused("UNIQUE constraint failed: members.email"),
        sql(1, "INSERT INTO members VALUES (104, 'Joe', 'joe@example.org')"),
        sql(2, f"UPDATE members SET email = '{EMAIL}' WHERE id = 104"),
        sql(3, f"UPDATE guests SET email = '{EMAIL}' WHERE id = 9"),
        sql(4, f"INSERT INTO members (name, email) VALUES ('Jo', '{EMAIL}')"),
    )
    assert [each.fact.event.seq for each in found] == [2]
    assert found[0].score > 0.8


def test_the_delete_that_a_reference_misses_is_found() -> None:
    found = findings(
        find,
        refused("FOREIGN KEY constraint failed"),
        sql(1, "INSERT INTO clubs VALUES ('C-77')"),
        sql(2, "DELETE FROM clubs WHERE id = 'C-77'"),
        sql(3, "INSERT INTO members (name, club) VALUES ('Jo', 'C-77')"),
    )
    assert [each.fact.event.seq for each in found] == [2]


NOTHING = error(
    "TypeError", "cannot unpack non-iterable NoneType object",
    frame("strength", "a, b = row", player="marrow"),
)  # fmt: skip


def test_the_delete_that_took_a_row_away_is_found_by_the_row_s_own_values() -> None:
    found = findings(
        find,
        NOTHING,
        sql(1, "INSERT INTO tickets VALUES ('marrow', 'us', 1240, 190)"),
        sql(2, "DELETE FROM tickets WHERE region = 'eu' AND state = 'left' OR waited > 120"),
        sql(3, "DELETE FROM tickets WHERE region = 'us' AND state = 'left' OR waited > 120"),
        sql(4, "DELETE FROM parties WHERE region = 'us'"),
        sql(5, "SELECT region FROM tickets WHERE player = 'marrow'", "strength"),
    )
    assert found[0].fact.event.seq == 3
    assert {each.fact.event.seq for each in found} == {2, 3}


def test_a_row_that_was_replaced_without_a_column_is_found() -> None:
    found = findings(
        find,
        NOTHING,
        sql(1, "INSERT INTO animals VALUES (2, 'marrow', 4.1, '756097200013358')"),
        sql(2, "INSERT OR REPLACE INTO animals (id, name) VALUES (2, 'marrow')"),
        sql(3, "SELECT * FROM animals ORDER BY id", "strength"),
    )
    assert [each.fact.event.seq for each in found] == [2]
    assert "756097200013358" in found[0].evidence[0]


def test_without_statements_nothing_is_found() -> None:
    assert findings(find, refused("UNIQUE constraint failed: members.email")) == []


def test_an_insert_that_did_nothing_is_found_when_its_row_is_missed() -> None:
    found = findings(
        find,
        NOTHING,
        sql(1, "INSERT INTO tickets (id, player) VALUES (1, 'brisk') ON CONFLICT DO NOTHING"),
        sql(2, "INSERT OR IGNORE INTO tickets (id, player) VALUES (2, 'marrow')"),
        sql(3, "SELECT region FROM tickets WHERE player = 'marrow'", "strength"),
    )
    assert [each.fact.event.seq for each in found] == [2]


def test_a_write_that_another_connection_had_not_committed_is_found() -> None:
    def on(at: int, connection: str, statement: str) -> Event:
        return event(
            "sql.executed", at, system="sqlite", statement=statement, connection=connection,
            caller=place("strength"),
        )  # fmt: skip

    begun = [on(1, "1", "BEGIN"), on(2, "1", "INSERT INTO tickets VALUES ('marrow', 'us')")]
    asked = on(9, "2", "SELECT region FROM tickets WHERE player = 'marrow'")
    found = findings(find, NOTHING, *begun, asked)
    assert [each.fact.event.seq for each in found] == [2]
    assert findings(find, NOTHING, *begun, on(3, "1", "COMMIT"), asked) == []
