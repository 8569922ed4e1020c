from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from backtrail.record.instrument.writes.looking import MISSING, Seen, look
from backtrail.record.instrument.writes.targets import Target


class Untouchable:
    """Fails if any of its code is run."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)

    def __eq__(self, other: object) -> bool:
        raise AssertionError

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        raise AssertionError


class Asked:
    """Decides on each attribute that is asked for."""

    items: list[int]

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(name)


class Setting:
    """Decides on what is set."""

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


class Getting:
    """Has a property."""

    @property
    def items(self) -> list[int]:
        """Fail."""
        raise AssertionError


class Slotted:
    """Has no dict."""

    __slots__ = ("items",)


class Many(list[int]):
    """A list of its own."""


@dataclass
class Box:
    """Holds things."""

    size: int = 3
    items: list[Any] = field(default_factory=list)


ITEM = Target(base="x")
FIELD = Target(base="box", attribute="size", stored="size", is_field=True)
HELD = Target(base="box", attribute="items", stored="items")


def seen(target: Target, base: object, key: object = None) -> Seen:
    found = look(target, base, key)
    assert found is not None
    return found


def test_a_small_container_is_seen_as_a_whole() -> None:
    assert seen(ITEM, [1, {"a": 2}]).value == [1, {"a": 2}]
    assert seen(ITEM, {"a": (1,)}).value == {"a": [1]}
    words = ["pear", "fig", "plum", "lime", "date", "kiwi", "sloe", "quince"]
    assert seen(ITEM, set(words)).value["items"] == sorted(words)
    assert seen(ITEM, []).name == "x"


def test_an_attribute_is_seen_where_it_is_stored() -> None:
    box = Box(size=4, items=[1])
    assert seen(FIELD, box).value == 4
    assert seen(FIELD, box).name == "Box.size"
    assert seen(HELD, box).value == [1]
    del box.size
    assert seen(FIELD, box).value == 3, "the class has it"
    del box.items
    assert look(HELD, box, None) is None
    assert seen(Target(base="b", attribute="new", stored="new", is_field=True), box).value is (
        MISSING
    )


def test_an_attribute_of_a_module_or_a_class_is_seen() -> None:
    module = ModuleType("settings")
    module.size = 7  # type: ignore[attr-defined]
    assert (seen(FIELD, module).value, seen(FIELD, module).name) == (7, "box.size")
    assert (seen(FIELD, Box).value, seen(FIELD, Box).name) == (3, "Box.size")


@pytest.mark.parametrize(
    "make",
    [Untouchable, Asked, Setting, Getting, Slotted, Many, int, lambda: None, lambda: Getting],
)
def test_what_would_run_the_programs_code_is_not_looked_at(make: Callable[[], Any]) -> None:
    base = make()
    for target in (ITEM, HELD):
        assert look(target, base, None) is None


@pytest.mark.parametrize("kind", [Asked, Setting])
def test_a_class_that_decides_on_attributes_is_let_alone(kind: type) -> None:
    base = kind()
    object.__setattr__(base, "items", [1])
    assert look(HELD, base, None) is None


def test_what_a_thread_has_of_its_own_is_not_looked_at() -> None:
    local = threading.local()
    local.items = [1]
    assert look(HELD, local, None) is None


def test_values_are_not_asked_for_anything() -> None:
    items = {Untouchable(): Untouchable(), "a": [Untouchable()]}
    assert len(seen(ITEM, items).value) == 2
    assert len(seen(ITEM, {Untouchable()}).value["items"]) == 1


def test_of_a_large_container_one_place_is_seen() -> None:
    many = {f"k{n}": n for n in range(100)}
    found = seen(ITEM, many, "k7")
    assert (found.part, found.place, found.value) == (7, "k7", None)
    assert seen(ITEM, many, "new").part is MISSING
    assert look(ITEM, many, 7) is None
    assert look(ITEM, set(range(100)), 7) is None
    numbers = list(range(100))
    assert seen(ITEM, numbers, -2).place == "98"
    assert seen(ITEM, numbers, 200).part is MISSING
    assert seen(Target(base="x", index=-1), numbers).part == 99
    assert look(ITEM, numbers, None) is None


def test_a_secret_is_not_seen() -> None:
    word = "plain" + "words"
    tokens = Target(base="self", attribute="tokens", stored="tokens")
    box = Box()
    box.tokens = [word]  # type: ignore[attr-defined]
    assert word not in str(seen(tokens, box))[:20]
    found = seen(ITEM, {"password": word, "note": word})
    assert found.value["password"] == "[redacted]"
    assert word in found.taints
    large = {f"k{n}": n for n in range(50)} | {"password": word}
    assert seen(ITEM, large, "password").part == "[redacted]"


def test_nothing_is_kept_of_what_was_seen() -> None:
    value = Untouchable()
    before = sys.getrefcount(value)
    found = seen(ITEM, [value])
    assert sys.getrefcount(value) == before
    assert found.size == 0
