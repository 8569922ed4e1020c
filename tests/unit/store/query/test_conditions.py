from __future__ import annotations

import sqlite3

from backtrail.store.query.conditions import Clauses, Condition, joined, negated


def test_two_uses_of_a_clause_have_their_own_values() -> None:
    clauses = Clauses()
    slow = clauses.clause("duration", compared=">=", value=5)
    short = clauses.clause("duration", compared="<", value=9)
    both = joined("AND", [slow, short])
    assert both.sql == (
        "(t.end_unix_ns - t.start_unix_ns >= :value_0) AND "
        "(t.end_unix_ns - t.start_unix_ns < :value_1)"
    )
    assert both.parameters == {"value_0": 5, "value_1": 9}


def test_a_clause_may_have_several_values() -> None:
    named = Clauses().clause("this_error", value="a", part="%a%")
    assert named.parameters == {"value_0": "a", "part_0": "%a%"}
    assert ":part_0 ESCAPE" in named.sql


def test_what_is_unknown_meets_the_negation() -> None:
    database = sqlite3.connect(":memory:")
    for value, met in ((None, 1), (1, 0), (2, 1)):
        condition = negated(Condition(sql=":value = 1", parameters={"value": value}))
        assert database.execute(f"SELECT {condition.sql}", condition.parameters).fetchone() == (
            met,
        )
    database.close()
