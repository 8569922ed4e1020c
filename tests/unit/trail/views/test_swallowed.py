from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.views import swallowed as module
from backtrail.trail.views.swallowed import swallowed
from built_events import Recorded


def handled(process: Recorded, at_ms: float, line: int = 3, **more: Any) -> Event:
    place = {"file": "shop.py", "line": line, "function": "price_of"}
    body = {
        "type": "KeyError",
        "qualified_type": "KeyError",
        "message": f"'{at_ms}'",
        "how": "except",
        "raised": place,
        **more,
    }
    return process.event("exception.handled", at_ms, **body)


def test_exceptions_of_one_place_stand_together_with_the_last_message() -> None:
    process = Recorded()
    told = swallowed([handled(process, 1), handled(process, 2), handled(process, 3, line=9)])
    assert [(one.message, one.count) for one in told.places] == [("'2'", 2), ("'3'", 1)]
    assert (told.count, told.cut) == (3, 0)


def test_the_recorder_counts_those_that_it_left_out() -> None:
    process = Recorded()
    told = swallowed([handled(process, 1), handled(process, 2, count=1_000)])
    assert [one.count for one in told.places] == [1_000]


def test_what_the_language_itself_takes_is_not_swallowed() -> None:
    assert swallowed([handled(Recorded(), 1, how="protocol")]).count == 0


def test_places_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWALLOWED_PLACES_MAX", 2)
    process = Recorded()
    told = swallowed(handled(process, at, line=at) for at in range(1, 6))
    assert (len(told.places), told.cut, told.count) == (2, 3, 5)


def test_other_events_are_passed_over() -> None:
    process = Recorded()
    assert swallowed([process.event("exception.handled", 1), process.event("other", 2)]).count == 0
