from __future__ import annotations

import inspect
from pathlib import Path
from types import FrameType

import pytest

from backtrail import start_operation_trace
from backtrail.record import guard
from backtrail.record.effects import quota
from backtrail.record.effects.quota import Quota
from recorded import recording


def here() -> FrameType:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back


def test_each_place_has_so_many_and_the_rest_is_counted(tmp_path: Path) -> None:
    most = Quota(2, "thing")
    with recording(tmp_path):
        frame = here()
        left = [most.left(frame) for _ in range(4)]
        other = most.left(frame)
        assert guard.lost == {"thing: only counted": 2}
    assert (left, other) == ([2, 1, 0, 0], 2)


def test_what_sets_events_apart_has_its_own_share(tmp_path: Path) -> None:
    most = Quota(1, "thing")
    with recording(tmp_path):
        frame = here()
        assert [most.left(frame, apart) for apart in "abab"] == [1, 1, 0, 0]


def test_each_trace_begins_anew(tmp_path: Path) -> None:
    most = Quota(1, "thing")
    left = []
    with recording(tmp_path):
        for name in ("one", "two"):
            with start_operation_trace(name):
                left += [most.left(here()) for _ in range(2)]
    assert left == [1, 0, 1, 0]


def test_what_is_forgotten_begins_anew_and_places_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "EFFECT_PLACES_MAX", 3)
    most = Quota(1, "thing")
    with recording(tmp_path):
        assert [most.left(here(), number) for number in range(50)] == [1] * 50
        assert len(most.spent) <= 3
        most.forget()
    assert most.spent == {}
