from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backtrail
from backtrail import Debugger, get_debugger
from backtrail.record import guard
from backtrail.record.debugger import DEFAULT_CONTEXT
from recorded import entries, events, recording

debug = get_debugger("shop")


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


def test_an_entry_has_its_action_context_and_attributes(home: Path) -> None:
    for _ in range(2):
        debug("load_user", user=17, name="bob", ratio=0.5, is_new=True, city=None)
    expected = {
        "action": "load_user",
        "context": "shop",
        "attributes": {"user": 17, "name": "bob", "ratio": 0.5, "is_new": True, "city": None},
    }
    assert entries(home) == [expected, expected]


@pytest.mark.parametrize(
    "call",
    [
        lambda: debug("load_user", [1], {"a": 2}),
        lambda: debug("load_user", data=[1], state={"a": 2}),
        lambda: debug("load_user", [1], state={"a": 2}),
    ],
)
def test_data_and_state_come_by_position_or_by_name(call: Any, home: Path) -> None:
    for _ in range(2):
        call()
    for body in entries(home):
        assert (body["data"], body["state"], body["attributes"]) == ([1], {"a": 2}, {})


def test_tags_are_recorded(home: Path) -> None:
    debug("load_user", ai_tags=["db", "slow"])
    assert entries(home)[0]["ai_tags"] == ["db", "slow"]


def test_an_entry_can_belong_to_a_trace_that_is_named(home: Path) -> None:
    debug("load_user", trace_id="mine")
    debug("load_user", user=2)
    first, second = events(home, "debug.recorded")
    assert (first.trace_id, second.trace_id) == ("mine", backtrail.get_current_trace_id())
    assert first.body["attributes"] == {}


def test_an_entry_is_printed_where_asked_for_and_nowhere_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    debug("load_user", user=1)
    assert capsys.readouterr() == ("", "")
    debug("load_user", user=2, print_console=True)
    shown = capsys.readouterr()
    assert shown.out.startswith("[shop] {")
    assert '"user":2' in shown.out
    assert shown.err == ""


def test_a_debugger_is_that_of_its_context() -> None:
    assert get_debugger("shop") is debug
    assert get_debugger() is backtrail.debug is get_debugger(DEFAULT_CONTEXT)
    assert DEFAULT_CONTEXT == "global/default"


def test_the_documented_parameters_are_those_of_the_protocol() -> None:
    signature = inspect.signature(Debugger.__call__)
    assert list(signature.parameters) == [
        "self", "action", "data", "state", "ai_tags", "trace_id", "print_console", "attributes",
    ]  # fmt: skip
    assert debug.__doc__ == Debugger.__call__.__doc__


def test_an_error_carries_the_entries_before_it_and_never_itself(home: Path) -> None:
    for number in range(25):
        debug("load_user", number=number)
    debug("error_occurred", reason="first")
    debug("error_occurred", reason="second")
    *others, first, second = entries(home)
    assert all("trace_history" not in body for body in others)
    past = [entry["attributes"]["number"] for entry in first["trace_history"]]
    assert past == list(range(5, 25))
    assert [entry["attributes"].get("reason") for entry in second["trace_history"][-2:]] == [
        None,
        "first",
    ]
    assert all("trace_history" not in entry for entry in second["trace_history"])
    assert json.loads(json.dumps(second)) == second


class Hostile:
    """An object that raises whatever is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def fail(self, *_: object) -> Any:
        """Raise."""
        raise RuntimeError

    __repr__ = __str__ = __eq__ = __bool__ = __len__ = __iter__ = __hash__ = fail  # type: ignore[assignment]


class HostileText(str):
    """A text that raises."""

    __slots__ = ()

    def fail(self, *_: object) -> Any:
        """Raise."""
        raise RuntimeError

    __len__ = __str__ = __repr__ = __eq__ = __contains__ = __hash__ = fail  # type: ignore[assignment]


def cyclic() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


HOSTILE: dict[str, Any] = {
    "object": Hostile(),
    "text": HostileText("abc"),
    "cycle": cyclic(),
    "surrogate": "\ud800",
    "nan": float("nan"),
    "infinite": float("inf"),
    "big number": 10**5_000,
    "bytes": b"\xff" * 10_000,
    "long text": "a b " * 100_000,
    "keys": {(1, 2): 3, None: 4, Hostile: 5},
    "deep": [[[[[[[[[[1]]]]]]]]]],
    "class": Hostile,
    "module": json,
    "beyond 64 bits": 2**64,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_value_changes_the_program(name: str, home: Path) -> None:
    value = HOSTILE[name]
    for _ in range(2):
        debug("load_user", value=value)
        debug("load_user", value, value)
        debug("load_user", [value], state={"value": value})
    assert len(entries(home)) == 6
    assert "event not recorded" not in guard.lost


def test_no_action_changes_the_program(home: Path) -> None:
    actions: list[Any] = [None, Hostile(), HostileText("a"), [], "\ud800", "", "a\nb"]
    for action in actions:
        debug(action)
    assert len(entries(home)) == len(actions)


@pytest.mark.parametrize("name", ["ai_tags", "trace_id", "print_console"])
def test_no_parameter_of_another_type_changes_the_program(name: str, home: Path) -> None:
    for value in (Hostile(), 5, [], {}, HostileText("a"), "\ud800"):
        debug("load_user", **{name: value})
    assert len(entries(home)) == 6


def test_a_generator_is_not_consumed() -> None:
    lazy = (number for number in range(3))
    debug("load_user", lazy, items=lazy)
    assert list(lazy) == [0, 1, 2]


def test_too_many_arguments_are_counted_and_not_raised(home: Path) -> None:
    debug("load_user", 1, 2, 3)  # type: ignore[call-arg, misc]
    assert guard.lost == {"debug called with too many arguments": 1}
    assert entries(home)[0]["state"] == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.dictionaries(
        st.text(st.characters(min_codepoint=97, max_codepoint=99), min_size=1, max_size=3),
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=15),
        max_size=5,
    )
)
def test_plain_attributes_are_recorded_as_they_are(home: Path, given_: dict[str, Any]) -> None:
    is_text_plain = not any(
        isinstance(value, str) and not value.isprintable() for value in given_.values()
    )
    debug("load_user", **given_)
    if is_text_plain and not any(set(str(value)) & set(":=") for value in given_.values()):
        assert entries(home)[-1]["attributes"] == given_
