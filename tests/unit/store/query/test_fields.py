from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.store.query.fields import FIELDS, number_of, read_query
from backtrail.store.query.patterns import Pattern, literal
from backtrail.store.query.terms import EVERYTHING, All, Leaf, Query, Term, leaves
from backtrail.store.query.wrong import WrongQueryError

NOW = 1_795_263_001_000_000_000
S = 1_000_000_000


def read(text: str) -> Query:
    return read_query(text, now_unix_ns=NOW)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("status:error", Term(field="status", value="error")),
        ('name:"llm*"', Term(field="name", value=Pattern(("llm", "")))),
        ("duration:>250ms", Term(field="duration", compared=">", value=250_000_000)),
        ("duration:<=2", Term(field="duration", compared="<=", value=2 * S)),
        ("since:1h", Term(field="started", compared=">=", value=NOW - 3_600 * S)),
        ("until:1h", Term(field="started", compared="<", value=NOW - 3_600 * S)),
        (
            "started:>2026-11-21T12:10:01Z",
            Term(field="started", compared=">", value=NOW),
        ),
        ("session:till", Term(field="session", value=literal("till"))),
        ('session:""', Term(field="session", value=literal(""))),
        ("errors:3", Term(field="errors", value=3)),
        ("events:>=1000", Term(field="events", compared=">=", value=1_000)),
        ("error:KeyError", Term(field="error", value=literal("KeyError"))),
        ("timeout", Term(field="text", value=literal("timeout"))),
        ('text:"timed out"', Term(field="text", value=literal("timed out"))),
        (
            "gen_ai.request.model:gpt-*",
            Term(field="attribute", key="gen_ai.request.model", value=Pattern(("gpt-", ""))),
        ),
        ("@user:7", Term(field="attribute", key="user", value=literal("7"))),
        ("@user:>7.5", Term(field="attribute", key="user", compared=">", value=7.5)),
        ("@status:503", Term(field="attribute", key="status", value=literal("503"))),
    ],
)
def test_a_term_is_read(text: str, term: Term) -> None:
    assert read(text) == Leaf(term)


@pytest.mark.parametrize(
    ("text", "said", "hint", "caret"),
    [
        ("ok nmae:x", "there is no field 'nmae' at character 4", "did you mean name?", "nmae"),
        ("http://x", "there is no field 'http' at character 1", "a text in quotes", "http"),
        ("status:bad", "'bad' is no status", "ok, error, unfinished, running", "bad"),
        ("status:>ok", "'status' is not compared with >", "write status:value", "status"),
        ("duration:2s", "'duration' is compared with > or <", "write duration:>2s", "2s"),
        ("duration:>soon", "'soon' is no duration", "250ms", "soon"),
        ("duration:>" + "9" * 99 + "h", "is no duration", "250ms", "9" * 99 + "h"),
        ("since:soon", "'soon' is no time", "2h (ago)", "soon"),
        ("since:>1h", "'since' is not compared with >", "since:value", "since"),
        ("started:1h", "'started' is compared with > or <", "started:<1h", "1h"),
        ("events:many", "'many' is no whole number", "events:3", "many"),
        ("events:>-1", "'-1' is no whole number", "events:>10", "-1"),
        ("@user:>many", "'many' is no number", "@user:>10", "many"),
        ('text:""', "there is no text to search for", "timed out", '""'),
    ],
)
def test_a_value_that_a_field_does_not_take_says_what_it_takes(
    text: str, said: str, hint: str, caret: str
) -> None:
    with pytest.raises(WrongQueryError) as raised:
        read(text)
    assert said in raised.value.message
    advice, *_ = raised.value.hint.split("\n")
    assert hint in advice
    assert text[raised.value.start : raised.value.end] == caret


def test_an_empty_query_asks_for_everything() -> None:
    assert read(" ") == EVERYTHING


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_has_an_example_that_is_read(name: str) -> None:
    (term,) = leaves(read(FIELDS[name].example))
    assert term.field == {"since": "started", "until": "started"}.get(name, name)


def test_terms_side_by_side_must_all_be_met() -> None:
    assert read("status:ok timeout") == All(
        (
            Leaf(Term(field="status", value="ok")),
            Leaf(Term(field="text", value=literal("timeout"))),
        )
    )


@given(
    name=st.sampled_from([*FIELDS, "@a", "a.b", "nothing"]),
    sign=st.sampled_from(["", ">", "<=", "="]),
    value=st.text(min_size=1, max_size=12),
)
def test_any_value_is_read_or_refused_with_its_place(name: str, sign: str, value: str) -> None:
    text = f"{name}:{sign}{value}"
    refused = None
    try:
        read(text)
    except WrongQueryError as error:
        refused = error
    assert refused is None or refused.start <= refused.end <= len(text) + 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("-7.5", -7.5),
        ("1e3", 1_000),
        ("7s", None),
        ("", None),
        ("nan", None),
        ("٣", None),
    ],
)
def test_a_number_is_read_as_json_has_it(text: str, number: float | None) -> None:
    assert number_of(text) == number
