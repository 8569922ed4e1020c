from __future__ import annotations

from typing import Any

import pytest

from backtrail.trail.cause.rules.data.inverted_range import find
from causes import error, event, findings, frame

ARGUMENTS = event("process.started", 1, argv=["a.py", "--from", "2024-06-30", "--to", "2024-02-01"])


def raised(**variables: Any) -> Any:
    return error("ZeroDivisionError", "division by zero", frame("f", "a / b", **variables))


def test_days_in_the_wrong_order_lead_to_the_event_that_brought_them() -> None:
    options = {"$type": "argparse.Namespace", "first": "2024-06-30", "last": "2024-02-01"}
    found = findings(find, raised(options=options), ARGUMENTS)
    assert [(each.kind, each.fact.event.seq) for each in found] == [("argument", 1)]
    assert "`options.first` is 2024-06-30, which lies behind `options.last`" in found[0].evidence[0]


@pytest.mark.parametrize(
    "variables",
    [
        {"first": "2024-02-01", "last": "2024-06-30"},
        {"first": "zebra", "last": "ant"},
        {"first": "2024-06-30"},
        {"one": "2024-06-30", "two": "2024-02-01"},
    ],
)
def test_other_values_are_no_range_the_wrong_way_round(variables: dict[str, str]) -> None:
    assert findings(find, raised(**variables), ARGUMENTS) == []


def test_numbers_are_compared_as_numbers() -> None:
    read = event("file.opened", 1, path="/a.ini", mode="read", content='{"low": 120, "high": 90}')
    assert findings(find, raised(low=120, high=90), read)[0].kind == "config"
    assert findings(find, raised(low=9, high=120), read) == []


def test_a_range_that_nothing_brought_has_no_origin() -> None:
    assert findings(find, raised(first="2024-06-30", last="2024-02-01")) == []
