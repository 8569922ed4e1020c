from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits import TEXT_CHARS_MAX
from backtrail.record.capture.redact import MARKER
from backtrail.record.capture.values.message import message_of, message_of_arguments
from backtrail.record.capture.values.walk import Walk
from hostile import HOSTILE, asked, hostile


@pytest.fixture(autouse=True)
def _clear() -> Iterator[None]:
    asked.clear()
    yield
    asked.clear()


class DeclinedError(Exception):
    """Says its own message."""

    def __str__(self) -> str:
        return f"declined for {self.args[0]}"


class BrokenError(Exception):
    """Cannot say its message."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class OddError(Exception):
    """Says its message in a text of a class of its own."""

    def __str__(self) -> str:
        return str.__new__(hostile(str), "odd")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("no"), "no"),
        (ValueError(), ""),
        (KeyError("user"), "'user'"),
        (ValueError(1, "two"), "(1, 'two')"),
        (OSError(2, "No such file", "x.txt"), "[Errno 2] No such file: 'x.txt'"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "'utf-8' codec can't decode"),
        (DeclinedError("funds"), "declined for funds"),
        (BrokenError("two", 2), "two, 2"),
        (OddError("x"), "odd"),
        (ExceptionGroup("all", [ValueError("one")]), "all (1 sub-exception)"),
    ],
)
def test_a_message_is_what_python_prints(error: BaseException, message: str) -> None:
    assert message_of(error, Walk()).startswith(message)


def test_arguments_are_told_without_running_code_of_the_program() -> None:
    assert message_of_arguments(ValueError("no"), Walk()) == "no"
    assert message_of_arguments(DeclinedError("funds", 7), Walk()) == "funds, 7"
    assert message_of_arguments(ValueError(*HOSTILE), Walk()).count("Hostile>") == 10
    silent = ValueError.__new__(hostile(ValueError), "a", 2)
    assert message_of_arguments(silent, Walk()) == "a, 2"
    assert asked == []


def test_a_number_too_long_to_print_is_named() -> None:
    long = 1 << 100_000
    assert message_of(ValueError("long", long), Walk()) == "long, <int>"
    assert message_of(ValueError([-long]), Walk()) == "<list>"
    assert message_of_arguments(ValueError(-long), Walk()) == "<int>"


def test_a_message_is_redacted_and_cut() -> None:
    walk = Walk()
    assert message_of(ValueError("password=open-sesame"), walk) == f"password={MARKER}"
    assert "open-sesame" in walk.taints
    long = message_of(ValueError("x" * TEXT_CHARS_MAX * 2), walk)
    assert long == "x" * TEXT_CHARS_MAX + f"…[+{TEXT_CHARS_MAX} chars]"


@given(st.lists(st.text() | st.integers() | st.floats() | st.none() | st.binary(), max_size=20))
def test_any_arguments_make_a_message(arguments: list[Any]) -> None:
    for kind in (ValueError, BrokenError, KeyError):
        assert message_of(kind(*arguments), Walk()).encode() is not None
        assert message_of_arguments(kind(*arguments), Walk()).encode() is not None
