from __future__ import annotations

import pytest

from backtrail.store.query.fields import FIELDS, read_query
from backtrail.store.query.plan import Of, Plan, plan
from backtrail.store.query.terms import leaves


def planned(text: str, of: Of = "traces") -> Plan:
    return plan(read_query(text, now_unix_ns=0), of=of)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "(1)"),
        ("status:error", "(t.has_failed)"),
        ("-status:error", "((t.has_failed) IS NOT TRUE)"),
        ("status:error events:>7", "((t.has_failed) AND (t.events > :value_1))"),
        ("not (status:error or events:>7)", "(((t.has_failed) IS NOT TRUE) AND "),
        ("errors:>0", "(t.errors > 0)"),
        ("errors:>=1", "(t.errors > 0)"),
        ("errors:>1", "(t.errors > :value_0)"),
        ('run:""', "(t.run_id IS NULL)"),
        ("run:a*", "(t.run_id GLOB :value_0)"),
        ("run:a", "(t.run_id = :value_0)"),
    ],
)
def test_what_the_tables_know_is_asked_of_them(text: str, where: str) -> None:
    found = planned(text)
    assert found.where.sql.startswith(where)
    assert found.is_exact
    assert found.columns == {}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("timeout", "(1)"),
        ("timeout status:error", "((t.has_failed))"),
        ("timeout or status:error", "(1)"),
        ("not (timeout or status:error)", "(((t.has_failed) IS NOT TRUE))"),
        ("not (timeout status:error)", "(1)"),
        ("(timeout or @a:1) and (status:error or events:>7)", "(((t.has_failed) OR "),
    ],
)
def test_what_only_events_know_narrows_the_tables_answer_no_further(text: str, where: str) -> None:
    found = planned(text)
    assert found.where.sql.startswith(where)
    assert not found.is_exact
    tables = [term for term in leaves(found.query) if term.field not in ("text", "attribute")]
    assert list(found.columns) == tables


def test_of_errors_a_type_and_a_time_are_their_own() -> None:
    text = "error:KeyError since:1h fingerprint:a"
    assert "e.type" in planned(text, "errors").where.sql
    assert "e.time_unix_ns >=" in planned(text, "errors").where.sql
    assert "e.fingerprint" in planned(text, "errors").where.sql
    assert "raised.type" in planned(text).where.sql
    assert "t.start_unix_ns >=" in planned(text).where.sql


@pytest.mark.parametrize("of", ["traces", "errors"])
@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_answered_by_the_tables_or_by_events(name: str, of: Of) -> None:
    found = planned(FIELDS[name].example, of)
    assert found.is_exact == (name != "text")
    assert (found.where.sql == "(1)") == (name == "text")


@pytest.mark.parametrize(
    ("text", "has_hint"),
    [
        ("@user:7", True),
        ("gen_ai.request.model:gpt-4o", True),
        ("@user:7 status:error", True),
        ("@user:7 or @user:8", True),
        ("@user:7 or status:error", True),
        ("-@user:7", False),
        ("not (@user:7 status:error)", False),
        ("@user:7 or timeout", False),
        ("@user:7*", False),
        ("@user:>7", False),
        ("@span:a1", False),
        ("@kind:log.emitted", False),
    ],
)
def test_an_attribute_that_is_equal_leaves_few_traces_to_look_at(
    text: str,
    has_hint: bool,  # noqa: FBT001 - a case
) -> None:
    found = planned(text)
    assert not found.is_exact
    assert ("f.pairs" in found.where.sql) == has_hint


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("span:load", "w.folded = :value_0"),
        ("span:lo*d", "w.folded LIKE :value_0"),
        ("model:gpt-4o", "w.folded = :value_0"),
        ("span.duration:>2s", "f.longest_ns > :value_0"),
        ("span.duration:<=2s", "f.shortest_ns <= :value_0"),
    ],
)
def test_spans_and_models_are_answered_by_tables(text: str, clause: str) -> None:
    found = planned(text)
    assert clause in found.where.sql
    assert found.is_exact
