from __future__ import annotations

import dataclasses
import enum
from collections import namedtuple
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import msgspec
import pytest

from backtrail.model.limits import FIELDS_MAX, SHAPES_MAX
from backtrail.record.capture.values.shapes import (
    derives,
    fields,
    module_and_name,
    mro_of,
    shape_of,
    type_name,
)
from hostile import Open, Slotted, asked, hostile


@pytest.fixture(autouse=True)
def _nobody_asked() -> Iterator[None]:
    asked.clear()
    yield
    assert asked == []


class Base:
    """Has a slot and no dict."""

    __slots__ = ("one",)


class Heir(Base):
    """Has a slot of its own, and a dict."""

    __slots__ = ("__dict__", "two")


class Point(NamedTuple):
    """Has fields by name."""

    x: int
    y: int


class Wire(msgspec.Struct):
    """Keeps its fields where C puts them."""

    user: str
    port: int = 80


@dataclasses.dataclass(slots=True)
class Pair:
    """Keeps its fields in slots."""

    left: int
    right: int


def shown(value: Any) -> dict[str, Any]:
    return dict(fields(value, shape_of(type(value))))


def test_a_type_is_named_with_its_module_unless_it_is_builtin() -> None:
    assert type_name(int) == "int"
    assert type_name(Base) == f"{__name__}.Base"
    assert module_and_name(enum.Enum) == ("enum", "Enum")
    assert type_name(type("Made", (), {"__module__": 7})) == "Made"


def test_a_hostile_class_is_named_and_placed_without_being_asked() -> None:
    kind = hostile(dict)
    assert type_name(kind).endswith("Hostile")
    assert mro_of(kind)[1:] == (dict, object)
    assert derives(kind, dict)
    assert not derives(kind, list)
    assert shape_of(kind) is shape_of(kind)


def test_stored_fields_are_read_from_dicts_slots_and_structs() -> None:
    heir = Heir()
    heir.one, heir.two, heir.three = 1, 2, 3  # type: ignore[attr-defined]
    assert shown(heir) == {"three": 3, "one": 1, "two": 2}
    assert shown(Wire("ann")) == {"user": "ann", "port": 80}
    assert shown(Pair(1, 2)) == {"left": 1, "right": 2}
    assert shown(SimpleNamespace(user="ann")) == {"user": "ann"}
    assert shown(Slotted("a", "b")) == {"left": "a", "right": "b"}


def test_a_property_is_not_a_field_and_not_asked() -> None:
    assert shown(Open(port=80)) == {"port": 80}


def test_the_real_dict_is_read_where_a_class_overrides_it() -> None:
    value = object.__new__(hostile())
    object.__setattr__(value, "hidden_by", "override")
    assert shown(value) == {}
    lying: Any = Open(port=80)
    lying.__class__ = type("Lying", (Open,), {"__dict__": property(lambda _: {"port": 443})})
    assert lying.__dict__ == {"port": 443}
    assert shown(lying) == {"port": 80}


def test_only_names_of_texts_that_are_not_the_interpreters_are_fields() -> None:
    value = Open(fine=1)
    value.__dict__.update({"__own__": 2, "_private": 3})
    odd: Any = value.__dict__
    odd[7] = "seven"
    assert shown(value) == {"fine": 1, "_private": 3}


def test_so_many_fields_and_no_more_are_looked_at() -> None:
    value = Open(**{f"f{number}": number for number in range(FIELDS_MAX * 3)})
    assert len(shown(value)) == FIELDS_MAX


def test_a_named_tuple_has_names_and_another_tuple_has_none() -> None:
    assert shape_of(Point).names == ("x", "y")
    assert shape_of(namedtuple("Made", "a b")).names == ("a", "b")  # noqa: PYI024 - both kinds
    assert shape_of(tuple).names == ()
    assert shape_of(type("Odd", (), {"_fields": ["x"]})).names == ()


def test_of_many_classes_each_is_still_known_for_what_it_is() -> None:
    kinds = [type(f"Kind{number}", (), {}) for number in range(SHAPES_MAX + 10)]
    assert [shape_of(kind).name.rpartition(".")[2] for kind in kinds] == [
        f"Kind{number}" for number in range(SHAPES_MAX + 10)
    ]


def test_classes_and_modules_have_no_stored_fields_of_their_own() -> None:
    assert shape_of(type).storage is None
    assert shown(object()) == {}
