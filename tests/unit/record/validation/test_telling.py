from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

import backtrail
from backtrail.record.validation.telling import Failure, path_text, tell

Told = Callable[[], list[dict[str, Any]]]
FAILURE = Failure(path=("size",), message="too small", rule="minimum", value=3)


@pytest.mark.parametrize(
    ("path", "text"),
    [((), "$"), (("user", 0, "age"), "$.user[0].age"), (("a b", True), "$['a b'].True")],
)
def test_a_path_is_written_as_jsonpath_does(path: tuple[Any, ...], text: str) -> None:
    assert path_text(path) == text


def test_an_event_says_what_was_refused_and_who_asked(told: Told) -> None:
    tell("shapes", "Order", [FAILURE], sys._getframe(), count=3)  # noqa: SLF001 - who asks
    (event,) = told()
    assert event["failures"] == [{"path": "$.size", "message": "too small", "value": 3}]
    assert event["failures_cut"] == 2
    assert event["caller"]["function"] == "test_an_event_says_what_was_refused_and_who_asked"


def test_what_no_code_of_the_user_asked_for_is_not_told(told: Told) -> None:
    tell("shapes", "Order", [FAILURE], None)
    backtrail.disable()
    tell("shapes", "Order", [FAILURE], sys._getframe())  # noqa: SLF001 - who asks
    backtrail.enable()
    assert told() == []


def test_each_trace_is_told_of_it_anew(told: Told) -> None:
    for _ in range(2):
        with backtrail.start_operation_trace("import"):
            for _ in range(150):
                tell("shapes", "Order", [FAILURE], sys._getframe())  # noqa: SLF001 - who asks
    counts = [event.get("count", 1) for event in told()]
    assert counts == [*range(1, 101), 128] * 2


def test_failures_are_only_made_when_they_are_told(told: Told) -> None:
    def made() -> Any:
        raise AssertionError("made")
        yield FAILURE

    tell("shapes", "Order", made(), None)
    assert told() == []
