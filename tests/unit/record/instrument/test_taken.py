from __future__ import annotations

import inspect
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

import running
from backtrail.model import limits
from backtrail.record.instrument.handled import Handler
from backtrail.record.instrument.taken import Firings, begin, end, take
from recorded import events, recording


def fail(number: int) -> None:
    raise ValueError(number)


def frame_of(caller: FrameType | None) -> FrameType:
    assert caller is not None
    return caller


def swallow(firings: Firings, number: int) -> None:
    try:
        fail(number)
    except ValueError as error:
        take(error, frame_of(inspect.currentframe()), firings, "except")


def test_types_are_counted_apart_and_a_full_table_starts_afresh(tmp_path: Path) -> None:
    with recording(tmp_path):
        firings = Firings()
        kinds = [type(f"E{number}", (Exception,), {}) for number in range(60)]
        assert all(firings.next(kind) for kind in kinds)
        assert len(firings.by_type) <= limits.HANDLED_TYPES_MAX


@pytest.fixture(autouse=True)
def _telling() -> Iterator[None]:
    begin()
    yield
    end()


def test_nothing_is_told_when_nobody_wants_it_any_more(tmp_path: Path) -> None:
    end()
    with recording(tmp_path):
        swallow(Firings(), 1)
        assert events(tmp_path, "exception.handled") == []
        begin()
        swallow(Firings(), 1)
        assert len(events(tmp_path, "exception.handled")) == 1


def test_all_places_together_tell_only_so_much(tmp_path: Path) -> None:
    with recording(tmp_path, strict=False):
        for _ in range(60):
            firings = Firings()
            for number in range(limits.HANDLED_MAX):
                swallow(firings, number)
        told = events(tmp_path, "exception.handled")
    assert len(told) == limits.HANDLED_WINDOW_MAX


def test_nothing_is_kept_of_an_exception(tmp_path: Path) -> None:
    with recording(tmp_path):
        with pytest.raises(ValueError, match="1") as caught:
            fail(1)
        error = caught.value
        before = sys.getrefcount(error)
        take(error, frame_of(inspect.currentframe()), Firings(), "except")
        assert sys.getrefcount(error) == before
        assert vars(error) == {}
        assert len(events(tmp_path, "exception.handled")) == 1


def test_a_site_that_is_sent_away_is_off_and_needs_nothing_of_ours() -> None:
    sent = pickle.dumps(Handler())
    assert b"backtrail" not in sent
    assert pickle.loads(sent).on is False


def test_exceptions_that_come_to_lie_where_the_last_one_lay_are_told_each(tmp_path: Path) -> None:
    place = running.project(tmp_path)
    (place / "shop.py").write_text("open = True\n")
    attempt = "try:\n    from shop import {name}\nexcept ImportError:\n    {name} = None\n"
    names = ("one", "two", "three", "four")
    (place / "app.py").write_text("".join(attempt.format(name=name) for name in names))
    running.run(*running.RUN, "--", "python", "app.py", cwd=place)
    told = running.of_kind(running.journal(place), "exception.handled")
    assert [name for name in names for event in told if f"'{name}'" in event["message"]] == [*names]
