from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.cause.rules.calls.odd_one_out import find
from causes import error, event, findings, frame, place

RAISED = error("RangeError", "too far", frame("check", "raise RangeError(m)", stop="Lido"))


def got(at: int, body: Any, url: str = "", **more: Any) -> Event:
    return event(
        "http.called", at, method="GET", url=url or f"/places/{at}", status=200,
        response_body=body, caller=place("Atlas.place"), **more,
    )  # fmt: skip


USUAL = [got(n, {"name": f"n{n}", "lat": 1.5, "lon": 2.5}) for n in (1, 2, 3)]


def test_an_answer_with_other_fields_than_the_rest_is_found() -> None:
    found = findings(find, RAISED, *USUAL, got(4, {"name": "Lido", "lat": 1.5, "lng": 2.5}))
    assert [each.fact.event.seq for each in found] == [4]
    assert "it has lng:number" in found[0].evidence[0]
    assert "they have lon:number" in found[0].evidence[0]


def test_an_answer_that_only_has_more_weighs_less_than_one_that_lacks_something() -> None:
    more = findings(find, RAISED, *USUAL, got(4, {"name": "x", "lat": 1, "lon": 2, "closed": True}))
    less = findings(find, RAISED, *USUAL, got(4, {"name": "x", "lat": 1}))
    assert more[0].score < less[0].score


def test_where_answers_differ_freely_none_is_odd() -> None:
    assert findings(find, RAISED, *(got(n, {f"k{n}": 1}) for n in range(1, 6))) == []
    assert findings(find, RAISED, *USUAL[:1], got(4, {"other": 1})) == []


def test_an_error_in_an_answer_that_was_given_as_right_is_found() -> None:
    found = findings(find, RAISED, got(1, {"error": "not synchronised"}))
    assert "'error' though its status is 200" in found[0].evidence[0]
    assert findings(find, RAISED, got(1, {"error": None, "data": 1})) == []


def test_a_page_that_names_itself_as_the_next_is_found() -> None:
    page = got(1, {"items": [], "next": "b"}, url="/pupils?size=9&page=b")
    assert "the page itself" in findings(find, RAISED, page)[0].evidence[0]
    assert findings(find, RAISED, got(1, {"next": "c"}, url="/pupils?page=b")) == []


def model(at: int, text: str | None, name: str = "m", **more: Any) -> Event:
    return event(
        "llm.called", at, text=text, caller=place("ask"),
        attributes={"gen_ai.response.model": name}, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    "odd",
    [
        model(9, "I would rather not"),
        model(9, '```json\n{"a": 1}\n```'),
        model(9, '{"a": "text"}'),
        model(9, '{"a": 1}', name="m-lite"),
        model(9, '{"a": 1'),
        model(9, None),
    ],
)
def test_an_answer_of_a_model_in_another_form_is_found(odd: Event) -> None:
    others = [model(n, f'{{"a": {n}}}') for n in (1, 2, 3)]
    assert [each.fact.event.seq for each in findings(find, RAISED, *others, odd)] == [9]


def read(at: int, content: str) -> Event:
    return event(
        "file.opened", at, path=f"/data/hours_{at}.csv", mode="read", content=content,
        caller=place("read_hours"),
    )  # fmt: skip


def test_a_file_with_another_separator_than_the_rest_is_found() -> None:
    rows = [read(n, "badge,week,hours\nB-1,18,38\n") for n in (1, 2)]
    found = findings(find, RAISED, *rows, read(3, "badge;week;hours\nL-7;18;35\n"))
    assert [(each.kind, each.fact.event.seq) for each in found] == [("file_read", 3)]
