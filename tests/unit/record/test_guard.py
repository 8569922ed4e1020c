from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backtrail.record import guard
from recorded import run_program


@pytest.fixture(autouse=True)
def nothing_lost() -> Iterator[None]:
    guard.lost.clear()
    yield
    guard.lost.clear()


def test_what_is_lost_is_counted_by_reason() -> None:
    guard.count("event too large")
    guard.count("event too large", 2)
    guard.count("value not captured")
    assert guard.lost == {"event too large": 3, "value not captured": 1}


def test_reasons_are_bounded_and_known_ones_are_still_counted() -> None:
    for number in range(guard.REASONS_MAX + 50):
        guard.count(f"reason {number}")
    guard.count("reason 0")
    assert len(guard.lost) == guard.REASONS_MAX
    assert guard.lost["reason 0"] == 2


def test_a_fault_is_counted_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "is_strict", False)
    guard.broke("log handler", KeyError("a"))
    assert guard.lost == {"broke: log handler: KeyError": 1}


def test_a_fault_is_counted_and_raised_where_tests_asked_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "is_strict", True)
    fault = KeyError("a")
    with pytest.raises(KeyError) as raised:
        guard.broke("log handler", fault)
    assert raised.value is fault
    assert guard.lost == {"broke: log handler: KeyError": 1}


@pytest.mark.parametrize(("text", "shown"), [("1", "True"), ("on", "True"), ("0", "False")])
def test_the_environment_asks_for_it(text: str, shown: str, tmp_path: Path) -> None:
    program = "from backtrail.record import guard; print(guard.is_strict)"
    assert run_program(program, tmp_path, BACKTRAIL_STRICT=text).stdout.strip() == shown
