from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backtrail.model.limits import (
    ATTRIBUTES_MAX,
    DEPTH_MAX,
    ITEMS_MAX,
    NODES_MAX,
    STRING_CHARS_MAX,
    TEXT_CHARS_MAX,
)
from backtrail.record import guard
from backtrail.record.capture.redact import MARKER, scrub
from backtrail.record.capture.snapshot import Walk, named_values, snapshot, snapshot_attributes
from hostile import HOSTILE, LEAVES, NESTED, Make, Open, asked, hostile

SECRET = "open" + "-Sesame" + "-17"


@pytest.fixture(autouse=True)
def _nobody_asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    asked.clear()
    guard.lost.clear()
    monkeypatch.setattr(guard, "is_strict", True)
    yield
    assert asked == []
    assert guard.lost == {}


def size_of(shown: Any, depth: int = 0) -> tuple[int, int, int]:
    """Return how many values there are, how deep they lie, and the longest text."""
    parts = shown.values() if isinstance(shown, dict) else shown if isinstance(shown, list) else ()
    sizes = [size_of(part, depth + 1) for part in parts]
    long = len(shown) if isinstance(shown, str) else 0
    return (
        1 + sum(count for count, _, _ in sizes),
        max([depth, *(deep for _, deep, _ in sizes)]),
        max([long, *(text for _, _, text in sizes)]),
    )


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(NESTED)
def test_any_value_is_shown_as_bounded_json_without_asking_it_anything(make: Make) -> None:
    value, walk = make(), Walk()
    shown = snapshot(value, walk=walk)
    assert asked == []
    encoded = msgspec.json.encode(shown)
    assert msgspec.json.decode(encoded) is not None or shown is None
    nodes, depth, text = size_of(shown)
    assert nodes <= 4 * NODES_MAX
    assert depth <= 2 * DEPTH_MAX + 2
    assert text <= 7 * TEXT_CHARS_MAX
    assert walk.path == set()


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(NESTED)
def test_twice_the_same_value_is_shown_the_same(make: Make) -> None:
    value = make()
    assert msgspec.json.encode(snapshot(value)) == msgspec.json.encode(snapshot(value))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.dictionaries(st.text(max_size=12), NESTED, max_size=6))
def test_variables_are_shown_as_their_values_are_and_stay_what_they_are(
    makes: dict[str, Make],
) -> None:
    values = {name: make() for name, make in makes.items()}
    before = {name: id(value) for name, value in values.items()}
    shown = named_values(values, Walk())
    assert {name: id(value) for name, value in values.items()} == before
    assert len(shown) <= len(values)
    msgspec.json.encode(shown)


ANNOUNCED: list[Make] = [
    lambda: {"user": "ann", "password": SECRET},
    lambda: {"Api-Key": [{"deep": SECRET}]},
    lambda: ("x-auth-token", SECRET),
    lambda: ["run", "--password", SECRET],
    lambda: f"password={SECRET}",
    f"Authorization: {SECRET}".encode,
    lambda: Open(client_secret=SECRET),
    lambda: {"name": "api_key", "value": SECRET},
    lambda: ValueError(f"token: '{SECRET}'"),
]
"""Values with a secret, each of which says so."""


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.recursive(
        st.sampled_from(ANNOUNCED),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3).map(lambda m: lambda: [make() for make in m])
            | st.tuples(LEAVES, inner).map(lambda m: lambda: [make() for make in m])
            | st.tuples(NESTED, inner).map(lambda m: lambda: {7: m[0](), "it": m[1]()})
            | inner.map(lambda make: lambda: Open(it=make(), also=(make(),)))
            | inner.map(lambda make: lambda: {"echo": SECRET, "of": make()})
        ),
    )
)
def test_a_secret_that_is_announced_anywhere_is_nowhere(make: Make) -> None:
    walk = Walk()
    encoded = msgspec.json.encode(
        snapshot({"echo": f"quotes {SECRET}", "value": make()}, walk=walk)
    )
    clean = scrub(encoded, walk.taints)
    if b'"$depth"' not in encoded and b'"$cut"' not in encoded:
        assert SECRET.encode() not in clean
        assert MARKER.encode() in clean
    msgspec.json.decode(clean)


@pytest.mark.parametrize("index", range(len(HOSTILE)))
def test_a_hostile_value_is_shown_by_what_is_stored(index: int) -> None:
    value = HOSTILE[index]
    shown = snapshot([value, {"k": value}, (value,)])
    assert asked == []
    assert len(msgspec.json.encode(shown)) < 1_000


def test_a_secret_name_hides_what_it_names() -> None:
    walk = Walk()
    assert snapshot("open sesame", name="password", walk=walk) == MARKER
    assert snapshot(["open", "sesame"], name="api_keys") == MARKER
    assert snapshot("open sesame", name="tokenizer") == "open sesame"
    assert "open sesame" in walk.taints


def test_attributes_are_shown_by_name_up_to_a_limit() -> None:
    shown = snapshot_attributes({"a": 1, "password": "x", 'token="y"': 2})
    assert shown == {"a": 1, "password": MARKER, f'token="{MARKER}"': MARKER}
    walk = Walk()
    many = snapshot_attributes({f"n{number}": number for number in range(100)}, walk)
    assert len(many) == ATTRIBUTES_MAX + 1
    assert many["$cut"] == 100 - ATTRIBUTES_MAX
    assert walk.cuts == 1


def test_a_name_of_an_attribute_that_is_no_text_is_written_by_its_type() -> None:
    odd: Any = {7: "x"}
    assert snapshot_attributes(odd) == {"int": "x"}


def test_a_generator_and_an_iterator_are_not_consumed() -> None:
    lazy = (number for number in range(3))
    iterator, mapped, zipped = iter([1, 2]), map(str, [1]), zip([1], [2], strict=True)
    shown = snapshot([lazy, iterator, mapped, zipped, range(5)])
    assert shown[0]["$type"] == "generator"
    assert list(lazy) == [0, 1, 2]
    assert (list(iterator), list(mapped), list(zipped)) == ([1, 2], ["1"], [(1, 2)])


@pytest.mark.parametrize("make", [
    lambda: "x" * 100_000_000,
    lambda: b"x" * 100_000_000,
    lambda: [0] * 12_500_000,
    lambda: {"deep": {"deeper": [b"y" * 100_000_000]}},
    lambda: (1 << 800_000_000),
    lambda: "password=" + "x" * 100_000_000,
])  # fmt: skip
def test_a_value_of_100_mb_costs_what_a_small_one_does(make: Any) -> None:
    value = make()
    tracemalloc.start()
    try:
        start = time.thread_time()
        shown = snapshot(value)
        took = time.thread_time() - start
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(msgspec.json.encode(shown)) < 4 * STRING_CHARS_MAX
    assert took < 0.2
    assert peak < 1_000_000


def test_a_wide_and_deep_value_is_cut_and_says_so() -> None:
    walk = Walk()
    deep: Any = "end"
    for _ in range(DEPTH_MAX * 3):
        deep = [deep] * (ITEMS_MAX * 2)
    shown = snapshot(deep, walk=walk)
    assert walk.cuts > 0
    assert '"$cut"' in msgspec.json.encode(shown).decode()
    assert '"$depth"' in msgspec.json.encode(shown).decode()


def test_what_another_thread_changes_meanwhile_does_no_harm() -> None:
    shared: dict[Any, Any] = {n: n for n in range(200)}
    many = {"d": shared, "s": set(range(200))}
    done = threading.Event()

    def change() -> None:
        number = 0
        while not done.is_set():
            number += 1
            shared[number % 500] = shared.pop(number % 300, None)
            many["s"].symmetric_difference_update({number % 700})

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(2_000):
            msgspec.json.encode(snapshot(many))
    finally:
        done.set()
        thread.join()


@dataclass
class Node:
    """Holds itself."""

    name: str
    me: Any = None


def test_a_dataclass_that_holds_itself_ends() -> None:
    node = Node("a")
    node.me = [node, {"again": node}]
    inside = {"$type": f"{Node.__module__}.Node", "$cycle": True}
    assert snapshot(node) == {
        "$type": f"{Node.__module__}.Node",
        "name": "a",
        "me": [inside, {"again": inside}],
    }


def test_what_cannot_be_captured_is_told_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "is_strict", False)

    class Zone:
        """Stands for what nobody thought of."""

    module = "backtrail.record.capture.snapshot"

    def broken(*_: object) -> Any:
        raise LookupError("nobody thought of it")

    monkeypatch.setattr(f"{module}.follow", broken)
    walk = Walk()
    walk.path.add(7)
    shown = snapshot(Zone(), walk=walk)
    assert shown == {"$type": f"{__name__}.{Zone.__qualname__}", "$broken": "LookupError"}
    assert walk.cuts == 1
    assert walk.path == set()
    assert guard.lost.pop("value not captured") == 1
    assert guard.lost.pop("broke: snapshot: LookupError") == 1


def test_of_variables_only_the_one_that_broke_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "backtrail.record.capture.snapshot"

    def broken(*_: object, **__: object) -> Any:
        raise LookupError

    monkeypatch.setattr(f"{module}.follow_variables", broken)
    assert named_values({"a": 1, "password": "x"}, Walk()) == {"a": 1, "password": MARKER}


def test_a_hostile_value_under_a_secret_name_is_hidden_without_being_asked() -> None:
    for value in HOSTILE:
        assert snapshot(value, name="password") == MARKER
    nested = {"token": [hostile(), {"x": HOSTILE}]}
    assert snapshot(nested) == {"token": MARKER}
