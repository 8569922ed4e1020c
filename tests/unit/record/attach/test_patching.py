from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out


class Subject:
    """Something to patch."""

    def double(self, number: int) -> int:
        """Return twice the number."""
        return 2 * number


def one_more(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, number: original(self, number) + 1


def test_what_is_replaced_is_put_back() -> None:
    patches, original = Patches(), Subject.double
    patches.replace(Subject, "double", one_more)
    assert (Subject().double(4), Subject.double.__doc__) == (9, original.__doc__)
    assert patches.is_ours(Subject.double)
    patches.restore()
    assert Subject.double is original
    assert not patches.is_ours(Subject.double)


def test_what_is_replaced_is_not_replaced_again() -> None:
    patches = Patches()
    patches.replace(Subject, "double", one_more)
    patches.replace(Subject, "double", one_more)
    assert Subject().double(4) == 9
    patches.restore()
    assert Subject().double(4) == 8


def test_what_the_program_replaced_since_stays_the_program_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "lost", {})

    class Contended(Subject):
        """Patched by two."""

    patches = Patches()
    patches.replace(Contended, "double", one_more)
    ours = Contended.double

    def theirs(self: Contended, number: int) -> int:
        return ours(self, number) * 10

    Contended.double = theirs  # type: ignore[method-assign,assignment]
    patches.restore()
    assert Contended.double is theirs
    assert guard.lost == {"replaced by the program too": 1}


def test_a_method_is_added_where_there_is_none_and_taken_away_again() -> None:
    patches = Patches()
    patches.add(Subject, "triple", lambda _, number: 3 * number)
    patches.add(Subject, "double", lambda _, number: 0 * number)
    assert (Subject().triple(2), Subject().double(2)) == (6, 4)  # type: ignore[attr-defined]
    patches.restore()
    assert not hasattr(Subject, "triple")


def test_a_frame_that_steps_out_is_not_in_the_traceback() -> None:
    def between() -> None:
        try:
            fail()
        except ValueError as error:
            step_out(error)
            raise

    def fail() -> None:
        raise ValueError("no luck")

    try:
        between()
    except ValueError as error:
        names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert names == ["test_a_frame_that_steps_out_is_not_in_the_traceback", "fail"]


def test_a_class_method_is_replaced_and_put_back() -> None:
    class Base:
        @classmethod
        def make(cls, size: int) -> tuple[type, int]:
            """Make one."""
            return cls, size

    class Derived(Base):
        """It inherits."""

    original = vars(Base)["make"]
    patches = Patches()
    for _ in range(2):
        patches.replace_class_method(
            Base, "make", lambda make: lambda cls, size: (*make(cls, size), "seen")
        )
    assert Derived.make(3) == (Derived, 3, "seen")
    assert Base.make.__doc__ == "Make one."
    patches.restore()
    assert vars(Base)["make"] is original
    assert Derived.make(3) == (Derived, 3)
