from __future__ import annotations

import pytest

from backtrail.model.kinds import Frame
from backtrail.trail.cause.values import (
    containers,
    operands,
    parsed,
    raises_itself,
    type_names,
    words_of,
)


def at(code: str, expression: str | None = None, **variables: object) -> Frame:
    return Frame(
        file="a.py", line=1, function="f", qualified="f", code=code, expression=expression,
        locals=variables,
    )  # fmt: skip


def test_the_parts_of_an_expression_are_found_in_the_captured_variables() -> None:
    frame = at(
        "total = card['zones'][parcel.zone] * rates[0]",
        "card['zones'][parcel.zone]",
        card={"zones": {"N1": 5}},
        parcel={"$type": "app.Parcel", "zone": "N4"},
    )
    found = dict(operands(frame))
    assert found["parcel.zone"] == "N4"
    assert found["card['zones']"] == {"N1": 5}
    assert "card['zones'][parcel.zone]" not in found
    assert "rates[0]" not in found


def test_items_of_lists_are_found_by_their_numbers() -> None:
    found = dict(operands(at("rows[1] + rows[i]", rows=[5, 6], i=0)))
    assert (found["rows[1]"], found["rows[i]"]) == (6, 5)
    assert dict(operands(at("rows[9]", rows=[5]))) == {"rows": [5]}


@pytest.mark.parametrize(
    "code", ["if key in table:", "for item in table[key]:", "raise Refused(", "x = y"]
)
def test_a_line_that_is_no_whole_statement_is_read_as_well(code: str) -> None:
    assert parsed(at(code)) is not None


def test_names_are_taken_from_a_line_that_cannot_be_read() -> None:
    assert dict(operands(at("else {{ key ]", key=7))) == {"key": 7}


def test_what_something_is_taken_out_of_is_known() -> None:
    assert containers(at("self.ids[key]", self={"$type": "app.Sync", "ids": {}}, key="a")) == [
        ("self.ids", {}),
        ("self", {"$type": "app.Sync", "ids": {}}),
    ]


def test_a_line_that_raises_is_told_from_one_that_fails() -> None:
    assert raises_itself(at("raise ValueError(x)"))
    assert raises_itself(at("raise"))
    assert not raises_itself(at("raised = 1 / 0"))


def test_identifiers_are_cut_into_words_and_plurals_are_brought_back() -> None:
    assert words_of("RateCards.renew_all2") == ["rate", "card", "renew", "all"]
    assert words_of("HTTPServer") == ["http", "server"]
    assert words_of("bus") == ["bus"]


def test_the_classes_of_an_object_and_its_parts_are_named() -> None:
    value = {"$type": "app.Sync", "crm": {"$type": "app.Crm"}, "n": 1}
    assert list(type_names(value)) == ["Sync", "Crm"]
    assert list(type_names([1])) == []
