from __future__ import annotations

import collections
import dataclasses
import enum
import json
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import attrs
import msgspec
import pydantic
import pytest
from hypothesis import given

from backtrail.model.limits import (
    TRACKED_CHARS_MAX,
    TRACKED_DEPTH_MAX,
    TRACKED_ITEMS_MAX,
    TRACKED_NODES_MAX,
    TRACKED_TEXT_CHARS_MAX,
)
from backtrail.record.state.patch import Hidden, encode, json_patch
from backtrail.record.state.whole import Look, named, secret, text, whole
from hostile import NESTED, Make, asked


def seen(value: Any) -> Any:
    return whole(value, Look())


@dataclasses.dataclass(slots=True)
class Slotted:
    """A dataclass in slots."""

    size: int


@attrs.define
class Attrs:
    """A class of attrs."""

    size: int


class Struct(msgspec.Struct):
    """A struct of msgspec."""

    size: int


class Model(pydantic.BaseModel, extra="allow"):
    """A model of pydantic."""

    size: int


class Pair(NamedTuple):
    """A tuple with names."""

    size: int
    name: str


class Color(enum.Enum):
    """An enumeration."""

    RED = 1


@pytest.mark.parametrize("kind", [Slotted, Attrs, Struct, Model])
def test_an_object_is_shown_by_its_stored_fields(kind: type) -> None:
    assert seen(kind(size=3)) == {"$type": f"{kind.__module__}.{kind.__qualname__}", "size": 3}


def test_what_a_model_was_given_beyond_its_fields_is_shown() -> None:
    assert seen(Model(size=3, more="x"))["more"] == "x"  # type: ignore[call-arg]


def test_containers_of_every_kind_are_followed() -> None:
    assert seen({1: (2, [3])}) == {"1": [2, [3]]}
    assert seen(Pair(1, "a")) == {"$type": f"{__name__}.Pair", "size": 1, "name": "a"}
    assert seen(collections.OrderedDict(a=1)) == {"$type": "collections.OrderedDict", "a": 1}
    assert seen(collections.deque([1])) == {"$type": "collections.deque", "items": [1]}
    assert seen(Color.RED) == "Color.RED"
    assert seen(Path("a/b")) == "a/b"


def test_a_set_is_shown_in_one_order_however_it_came_to_be() -> None:
    numbers = {str(number) for number in range(50)}
    other = {str(number) for number in reversed(range(100))}
    other.difference_update(str(number) for number in range(50, 100))
    assert seen(numbers) == seen(other)


def test_keys_that_look_the_same_stay_apart() -> None:
    assert list(seen({1: "a", "1": "b", None: "c"}).values()) == ["a", "b", "c"]


def test_it_goes_further_and_deeper_than_what_is_kept_of_a_variable() -> None:
    deep: Any = 1
    for _ in range(TRACKED_DEPTH_MAX - 2):
        deep = [deep]
    assert "$depth" not in str(seen(deep))
    assert len(seen(list(range(TRACKED_ITEMS_MAX)))) == TRACKED_ITEMS_MAX


def test_what_is_too_deep_too_long_or_inside_itself_is_cut() -> None:
    deep: Any = 1
    for _ in range(TRACKED_DEPTH_MAX + 5):
        deep = [deep]
    look = Look()
    assert '"$depth": True' in str(whole(deep, look)).replace("'", '"')
    assert look.cuts == 1
    many = seen(dict.fromkeys(range(1_000_000)))
    assert many["$cut"] == 1_000_000 - TRACKED_ITEMS_MAX
    loop: list[Any] = []
    loop.append(loop)
    assert seen(loop) == [{"$type": "list", "$cycle": True}]


def test_a_graph_that_shares_its_parts_ends() -> None:
    shared: Any = [1]
    for _ in range(TRACKED_DEPTH_MAX - 3):
        shared = [shared, shared]
    look = Look()
    whole(shared, look)
    assert look.cuts > 0


def test_what_is_beyond_the_budget_is_left_out_and_counted() -> None:
    rows = {str(row): dict.fromkeys(map(str, range(1_000)), 1) for row in range(100)}
    shown = seen(rows)
    assert len(shown) < TRACKED_NODES_MAX / 1_000 + 2
    assert shown["$cut"] == 100 - (len(shown) - 1)
    listed = seen([[1] * 1_000] * 100)
    assert listed[-1] == {"$cut": 100 - (len(listed) - 1)}


def test_the_end_of_a_long_text_is_known_by_its_digest() -> None:
    one, other = "x" * 10_000_000 + "a", "x" * 10_000_000 + "b"
    shown = seen(one)
    assert len(shown) < TRACKED_TEXT_CHARS_MAX + 200
    assert f"…[+{10_000_001 - TRACKED_TEXT_CHARS_MAX} chars, sha256 " in shown
    assert shown != seen(other)


def test_all_texts_together_are_bounded() -> None:
    shown = seen([str(number) * 4_000 for number in range(1_000, 3_000)])
    kept = sum(len(text) for text in shown)
    assert TRACKED_CHARS_MAX / 2 < kept < TRACKED_CHARS_MAX * 1.2
    assert json_patch(shown, shown) == []


def test_bytes_are_known_by_their_digest() -> None:
    assert seen(b"a" * 500) != seen(b"a" * 499 + b"b")


@given(make=NESTED)
def test_no_value_is_asked_for_anything_whatever_it_is(make: Make) -> None:
    asked.clear()
    shown = whole(make(), Look())
    assert asked == []
    assert json.loads(encode(shown)) == shown


class Hostile:
    """Raises whatever it is asked, and counts."""

    asked: ClassVar[list[str]] = []

    def __init__(self) -> None:
        object.__setattr__(self, "size", 3)

    def __getattribute__(self, name: str) -> Any:
        Hostile.asked.append(name)
        raise RuntimeError(name)

    __eq__ = __repr__ = __str__ = __bool__ = __len__ = __iter__ = __hash__ = __getattribute__  # type: ignore[assignment]

    @property
    def total(self) -> int:
        """Count that it was asked."""
        Hostile.asked.append("total")
        return 1


def test_nothing_of_the_program_is_run() -> None:
    Hostile.asked.clear()
    shown = seen({"one": Hostile(), "more": [Hostile()]})
    assert shown["one"] == {"$type": f"{__name__}.Hostile", "size": 3}
    assert Hostile.asked == []


def test_secrets_are_hidden_at_every_depth() -> None:
    hush = "open" + "sesame"
    look = Look()
    shown = whole(
        {
            "rows": [[{"password": hush}]],
            "header": ["authorization", hush],
            "set": {"name": "api_key", "value": hush},
            "command": ["run", "--token", hush],
        },
        look,
    )
    assert str(shown).count("[redacted]") == 4
    assert hush not in str(shown)
    assert hush in look.taints


def test_a_secret_is_known_to_be_another_one() -> None:
    one, same, other = (secret(value, Look()) for value in ("a" * 9, "a" * 9, "b" * 9))
    assert type(one) is Hidden
    assert one == other == "[redacted]"
    assert one.sign == same.sign != other.sign
    parts = [secret({"user": "x", "list": [value]}, Look()) for value in ("a", "a", "b")]
    assert parts[0].sign == parts[1].sign != parts[2].sign
    assert secret(None, Look()) is None


def test_a_name_decides_whether_its_value_is_shown() -> None:
    assert named("token", "abcdefgh", Look()) == "[redacted]"
    assert named("size", "abcdefgh", Look()) == "abcdefgh"


def test_a_text_with_a_secret_is_cleaned() -> None:
    assert text("password=" + "hunter" + "22", Look()) == "password=[redacted]"
