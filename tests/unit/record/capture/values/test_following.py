from __future__ import annotations

import functools
import types
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import pydantic
import pytest

from backtrail.model.limits import DEPTH_MAX, ITEMS_MAX, STRING_CHARS_MAX
from backtrail.record.capture.redact import MARKER
from backtrail.record.capture.values.following import follow
from backtrail.record.capture.values.walk import Walk
from hostile import Open, Slotted

SECRET = "open" + "-Sesame" + "-17"


class Login(NamedTuple):
    """Has a secret field."""

    user: str
    password: str


class Wire(msgspec.Struct):
    """Has a secret field."""

    user: str
    api_key: str


class Model(pydantic.BaseModel):
    """Has two secret fields."""

    user: str
    client_secret: str
    inner: pydantic.SecretStr


@dataclass
class Settings:
    """Has a secret field, and one further in."""

    token: str
    nested: dict[str, Any] = field(default_factory=dict)


def shown(value: Any, walk: Walk | None = None) -> Any:
    return follow(value, 0, walk or Walk())


@pytest.mark.parametrize(
    "value", [None, True, 7, 1.5, "text", [], {}, [1, [2.5, None]], {"a": [1]}]
)
def test_what_json_has_stays_what_it_is(value: object) -> None:
    assert shown(value) == value
    assert type(shown(value)) is type(value)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ((1, 2), [1, 2]),
        ({1}, {"$type": "set", "items": [1]}),
        (frozenset({1}), {"$type": "frozenset", "items": [1]}),
        (deque([1, 2]), {"$type": "collections.deque", "items": [1, 2]}),
        (OrderedDict(a=1), {"$type": "collections.OrderedDict", "a": 1}),
        (defaultdict(list, a=1), {"$type": "collections.defaultdict", "a": 1}),
        (Counter("aab"), {"$type": "collections.Counter", "a": 2, "b": 1}),
        (UserDict(a=1), {"$type": "collections.UserDict", "data": {"a": 1}}),
        (ChainMap({"a": 1}), {"$type": "collections.ChainMap", "maps": [{"a": 1}]}),
        ({"a": 1}.keys(), {"$type": "dict_keys", "items": ["a"]}),
        ({"a": 1}.items(), {"$type": "dict_items", "items": [["a", 1]]}),
        (types.SimpleNamespace(a=1), {"$type": "types.SimpleNamespace", "a": 1}),
        (Open(a=1), {"$type": "hostile.Open", "a": 1}),
        (Slotted(1, "b"), {"$type": "hostile.Slotted", "left": 1, "right": "b"}),
        (ValueError("no"), {"$type": "ValueError", "message": "no"}),
        ({1: "a", (1, "b"): "c"}, {"1": "a", "(1, b)": "c"}),
        ({None: "d", b"raw": "e"}, {"None": "d", "raw": "e"}),
    ],
)  # fmt: skip
def test_a_container_is_followed_into_its_parts(value: object, told: object) -> None:
    assert shown(value) == told


@pytest.mark.parametrize(
    "value",
    [
        {"password": SECRET},
        {"PASSWORD": [SECRET]},
        {b"password": SECRET.encode()},
        {"a": [{"b": ({"api_key": SECRET},)}]},
        [("Authorization", SECRET)],
        [["x-api-key", SECRET]],
        [(b"x-api-key", SECRET.encode())],
        [(b"X-Api-Key", b"x-api-key", SECRET.encode())],
        deque([("password", SECRET)]),
        {("password", SECRET)},
        ["app", "--password", SECRET],
        {"name": "API_KEY", "value": SECRET},
        {"key": "password", "value": {"deep": SECRET}},
        Open(name="sessionid", value=SECRET),
        Login("ann", SECRET),
        Wire("ann", SECRET),
        Model(user="ann", client_secret=SECRET, inner=pydantic.SecretStr(SECRET)),
        Settings(SECRET, {"pw": SECRET}),
        Open(_private_key=SECRET),
        OrderedDict(password=SECRET),
        defaultdict(list, password=[SECRET]),
        UserDict(password=SECRET),
        ChainMap({"password": SECRET}),
        types.SimpleNamespace(passphrase=SECRET),
        functools.partial(print, password=SECRET),
        ValueError(f"password={SECRET}"),
        [f"token={SECRET}"],
        {f"token={SECRET}": 1},
        {"log": f'{{"password": "{SECRET}"}}'},
        f"password={SECRET}".encode(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_secret_goes_wherever_it_is_nested(value: object) -> None:
    assert SECRET not in str(shown([value, {"again": value}]))
    assert MARKER in str(shown(value))


def test_harmless_neighbours_and_names_stay() -> None:
    value = {
        "tokenizer": "gpt2",
        "password_policy_doc": "policy.md",
        "token_count": 17,
        "monkey": "banana",
        "secretary": ["ann", "bob"],
        "value": 7,
        "name": "order",
    }
    assert shown(value) == value
    assert shown(["app", "--port", "80"]) == ["app", "--port", "80"]
    assert shown(["user", "ann"]) == ["user", "ann"]
    assert shown(["--password", "--verbose"])[0] == "--password"


def test_the_values_under_secret_names_are_remembered() -> None:
    walk = Walk()
    shown([{"password": SECRET}, ("token", "another-secret")], walk)
    assert {SECRET, "another-secret"} <= walk.taints


def test_a_long_container_ends_in_how_much_is_missing() -> None:
    walk = Walk()
    assert shown([*range(ITEMS_MAX + 7)], walk) == [*range(ITEMS_MAX), {"$cut": 7}]
    assert shown(tuple("x" * 100), walk)[-1] == {"$cut": 100 - ITEMS_MAX}
    assert shown({str(n): n for n in range(100)}, walk)["$cut"] == 100 - ITEMS_MAX
    assert shown(Open(**{f"f{n}": n for n in range(100)}), walk)["$cut"] == 100 - ITEMS_MAX
    assert shown("x" * (STRING_CHARS_MAX + 3), walk).endswith("…[+3 chars]")
    assert walk.cuts == 5


def test_what_lies_too_deep_says_so() -> None:
    deep: Any = {"end": 1}
    for _ in range(DEPTH_MAX):
        deep = [deep]
    walk = Walk()
    told = shown(deep, walk)
    for _ in range(DEPTH_MAX):
        told = told[0]
    assert told == {"$type": "dict", "$depth": True, "size": 1}
    assert walk.cuts == 1


def test_a_cycle_ends_and_a_value_that_is_there_twice_is_none() -> None:
    around: dict[str, Any] = {"twice": [1]}
    around["again"] = around["twice"]
    around["me"] = [around]
    assert shown(around) == {"twice": [1], "again": [1], "me": [{"$type": "dict", "$cycle": True}]}
    inside: list[Any] = [1]
    inside.append((inside, Slotted(inside, 2)))
    cycle = {"$type": "list", "$cycle": True}
    slotted = {"$type": "hostile.Slotted", "left": cycle, "right": 2}
    assert shown(inside) == [1, [cycle, slotted]]


def test_a_walk_spends_no_more_than_it_has() -> None:
    walk = Walk(nodes=30)
    told = shown([[n] * 10 for n in range(20)], walk)
    assert str(told).count("$depth") + str(told).count("$cut") > 0
    assert walk.cuts > 0


def test_the_value_is_as_before() -> None:
    value = {"password": SECRET, "list": [1, (2, {3})], "open": Open(a=[1])}
    before = repr({**value, "open": value["open"].__dict__})
    shown(value)
    assert repr({**value, "open": value["open"].__dict__}) == before
