from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits.reading import COMPLETIONS_MAX
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.query.completing import completions, known_values
from backtrail.store.query.fields import FIELDS, read_query
from backtrail.store.query.patterns import literal
from backtrail.store.query.terms import Leaf, Term
from builders import error_body, line, process_id, process_started, trace_id, write_segment

NAMES = ["llm call", "load", "llm(1)"]


def known(field: str) -> list[str]:
    return {"name": NAMES, "session": ["till"]}.get(field, [])


def offered(text: str, position: int | None = None) -> list[str]:
    """Return the whole query after each completion."""
    at = len(text) if position is None else position
    return [text[: one.start] + one.text + text[one.end :] for one in completions(text, at, known)]


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("sta", ["status:", "started:"]),
        ("-sta", ["-status:", "-started:"]),
        ("a (dur", ["a (duration:"]),
        ("status:", ["status:ok", "status:error", "status:unfinished", "status:running"]),
        ("status:er", ["status:error"]),
        ("duration:>1", ["duration:>100ms", "duration:>1s", "duration:>10s"]),
        ("x name:lo", ["x name:load"]),
        ("name:LLM", ['name:"llm call"', 'name:"llm(1)"']),
        ('name:"llm c', ['name:"llm call"']),
        ("session:t", ["session:till"]),
        ("nothing:", []),
        ("zzz", []),
        ('"two sta', []),
    ],
)
def test_names_and_values_are_offered(text: str, completed: list[str]) -> None:
    assert offered(text) == completed


def test_what_stands_behind_the_cursor_stays() -> None:
    assert offered("sta name:load", 3) == ["status: name:load", "started: name:load"]
    assert offered("status: name:load", 7)[0] == "status:ok name:load"


def test_an_empty_query_offers_every_field_with_what_it_means() -> None:
    found = completions("", 0)
    assert [one.text for one in found] == [f"{name}:" for name in FIELDS]
    assert all(one.about for one in found)


def test_only_so_many_are_offered() -> None:
    found = completions("name:", 5, lambda _: [f"job {n}" for n in range(500)])
    assert len(found) == COMPLETIONS_MAX


@given(value=st.text(min_size=1, max_size=12).filter(lambda text: "\0" not in text))
def test_a_value_is_offered_as_the_query_reads_it(value: str) -> None:
    (one,) = completions("name:", 5, lambda _: [value])
    query = read_query(f"name:{one.text}", now_unix_ns=0)
    assert query == Leaf(Term(field="name", value=literal(value)))


@given(text=st.text('ab:"()-*\\ @.><', max_size=30), position=st.integers(-5, 40))
def test_any_place_of_any_text_has_completions_inside_of_it(text: str, position: int) -> None:
    for one in completions(text, position, known):
        assert 0 <= one.start <= one.end <= len(text)


def test_values_are_those_of_the_newest_traces_each_once(home: Path) -> None:
    for number in range(4):
        trace = trace_id(number)
        body = error_body(f"e{number}", type=("KeyError", "OSError")[number % 2])
        lines = [
            process_started(trace, t=number, argv=[f"app{number // 2}"], session=f"s{number // 2}"),
            line("error.raised", trace, t=number, **body),
        ]
        write_segment(home, process_id(number), lines)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        values = known_values(catalog)
        assert list(values("name")) == ["app1", "app0"]
        assert list(values("session")) == ["s1", "s0"]
        assert list(values("error")) == ["OSError", "KeyError"]
        assert list(values("status")) == []
