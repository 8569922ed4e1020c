from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backtrail.record.capture.redact import MARKER
from backtrail.record.capture.values.reach import taint_from, without
from backtrail.record.capture.values.walk import Walk

SECRET = "open" + "-Sesame" + "-17"


class Client:
    """Holds a secret, and a name that is none."""

    def __init__(self) -> None:
        self.user = "ann-17"
        self.api_key = SECRET


class Hostile:
    """Fails when it is asked for anything."""

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        raise RuntimeError("asked")

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


def inner(password: str) -> None:
    raise ValueError(f"no login with {password}")


def in_a_variable() -> None:
    inner(SECRET)


def in_an_outer_variable() -> None:
    password = SECRET
    raise ValueError(f"no login with {password}")


def in_a_dict() -> None:
    settings = {"user": "ann", "token": SECRET}
    raise ValueError(f"no login with {settings['token']}")


def in_an_object() -> None:
    client = Client()
    raise ValueError(f"no login with {client.api_key}")


def beside_hostile_values() -> None:
    hostile, password = Hostile(), SECRET
    assert type(hostile) is Hostile
    raise ValueError(f"no login with {password}")


class Space(dict[str, Any]):
    """Is what the body of a class runs in, and tells who looks into it."""

    def keys(self) -> Any:
        """Raise."""
        raise RuntimeError("looked into")


class Odd(type):
    """Has the bodies of its classes run in a dict of its own."""

    @classmethod
    def __prepare__(cls, *_: object, **__: object) -> Space:
        return Space()


def in_the_body_of_a_class() -> None:
    password = SECRET

    class Made(metaclass=Odd):
        raise ValueError(f"no login with {password}")


def found(function: Callable[[], None]) -> tuple[str, Walk]:
    """Return the message of what a function raises, and the walk that looked for secrets."""
    walk = Walk()
    with pytest.raises(ValueError, match="no login") as raised:
        function()
    taint_from(raised.value, walk)
    return without(str(raised.value), walk), walk


@pytest.mark.parametrize(
    "function",
    [
        in_a_variable,
        in_an_outer_variable,
        in_a_dict,
        in_an_object,
        beside_hostile_values,
        in_the_body_of_a_class,
    ],
)
def test_a_secret_that_a_message_quotes_is_found_where_it_came_from(
    function: Callable[[], None],
) -> None:
    assert found(function)[0] == f"no login with {MARKER}"


def test_what_has_no_secret_name_stays() -> None:
    def harmless() -> None:
        user, tokenizer = "somebody", "somebody else"
        raise ValueError(f"no login of {user} by {tokenizer}")

    text, walk = found(harmless)
    assert text == "no login of somebody by somebody else"
    assert SECRET not in walk.taints


def test_an_exception_that_was_never_raised_has_nothing_within_reach() -> None:
    walk = Walk()
    taint_from(ValueError(SECRET), walk)
    assert walk.taints == set()
    assert without(SECRET, walk) == SECRET


def test_the_variables_are_as_before() -> None:
    settings = {"token": SECRET}

    def raising() -> None:
        raise ValueError(f"no login with {settings}")

    found(raising)
    assert settings == {"token": SECRET}
