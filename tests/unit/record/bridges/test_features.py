from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from backtrail.model.settings import WATCHES
from backtrail.record import guard
from backtrail.record.bridges.features import FEATURES, unwatch_features, watch_features


@pytest.fixture(autouse=True)
def nothing_watched() -> Iterator[None]:
    guard.lost.clear()
    yield
    unwatch_features()
    guard.lost.clear()


def feature(monkeypatch: pytest.MonkeyPatch, word: str, *, breaks: bool = False) -> list[str]:
    """Make a feature that notes what is asked of it."""
    asked: list[str] = []

    def watch() -> None:
        asked.append("watch")
        if breaks:
            raise RuntimeError(word)

    module = ModuleType(f"feature_{word}")
    module.watch, module.unwatch = watch, lambda: asked.append("unwatch")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(FEATURES, word, module.__name__)
    return asked


def test_a_feature_is_watched_once_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, other = feature(monkeypatch, "one"), feature(monkeypatch, "two")
    watch_features(("one",))
    watch_features(("one", "unknown"))
    unwatch_features()
    assert (asked, other) == (["watch", "unwatch"], [])


def test_a_feature_that_breaks_is_counted_and_costs_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feature(monkeypatch, "bad", breaks=True)
    good = feature(monkeypatch, "good")
    monkeypatch.setattr(guard, "is_strict", False)
    watch_features(("bad", "good"))
    assert good == ["watch"]
    assert guard.lost == {"broke: watch bad: RuntimeError": 1}


def test_every_feature_has_a_word_in_the_settings() -> None:
    assert set(FEATURES) - set(WATCHES) == set()
