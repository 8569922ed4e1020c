from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.cause.rules.calls.failed_call import find
from causes import error, event, findings, frame, place

RAISED = error(
    "KeyError", "'pixel-forge'",
    frame("Sync.deal", "self.ids[key]", key="pixel-forge", self={"$type": "app.Sync", "ids": {}}),
)  # fmt: skip


def post(at: int, status: int | None, name: str = "Pixel Forge", **more: Any) -> Event:
    return event(
        "http.called", at, method="POST", url="/companies", status=status,
        request_body={"name": name}, caller=place("Crm.create"), **more,
    )  # fmt: skip


def test_a_refusal_that_was_retried_is_one_finding_tied_by_what_was_sent() -> None:
    found = findings(find, RAISED, post(1, 422), post(2, 422), post(3, 422), post(4, 201, "Other"))
    assert [(each.kind, each.fact.event.seq) for each in found] == [("http_response", 1)]
    assert found[0].score > 0.7
    assert any("3 times" in said for said in found[0].evidence)


def test_a_call_that_healed_says_little() -> None:
    healed, lasting = (
        findings(find, RAISED, post(1, 503), post(2, status))[0] for status in (201, 503)
    )
    assert healed.score < 0.3 < lasting.score
    assert healed.against == ["the same request succeeded later"]


def test_a_timeout_is_a_cause_of_its_own_sort() -> None:
    late = post(1, None, error="ReadTimeout: timed out", is_timeout=True)
    assert findings(find, RAISED, late)[0].kind == "timeout"


@pytest.mark.parametrize("failure", ["CancelledError", "GeneratorExit: x"])
def test_a_call_that_was_called_off_is_no_cause(failure: str) -> None:
    assert findings(find, RAISED, post(1, None, error=failure)) == []


def test_a_call_that_succeeded_is_no_cause() -> None:
    assert findings(find, RAISED, post(1, 201)) == []


def test_what_is_not_there_matters_less_than_what_was_refused() -> None:
    missing, refused = (findings(find, RAISED, post(1, status, "x"))[0] for status in (404, 422))
    assert missing.score < refused.score
