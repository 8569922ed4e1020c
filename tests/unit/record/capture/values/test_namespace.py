"""The dict that a frame was asked for is emptied, unless code holds it or has stored in it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any
from weakref import ref

import pytest

from backtrail.record.capture.values.namespace import forget_variables, names_of

KEEPS_A_DICT = sys.version_info < (3, 13)


class Thing:
    """Something that can be let go."""


def here() -> FrameType:
    return sys._getframe(1)  # noqa: SLF001 - the documented way to a frame


def look(frame: FrameType) -> list[str]:
    return list(frame.f_locals)


def test_the_names_of_a_function_are_all_of_its_variables() -> None:
    outer = 1

    def function(first: int, *rest: int) -> Callable[[], int]:
        inner = first + outer
        return lambda: inner + len(rest)

    assert set(names_of(function.__code__)) == {"first", "rest", "inner", "outer"}


def test_what_a_variable_was_when_it_was_looked_at_is_let_go() -> None:
    thing = Thing()
    known = ref(thing)
    assert "thing" in look(here())
    del thing
    assert (known() is not None) == KEEPS_A_DICT
    forget_variables(here())
    assert known() is None


def test_variables_can_be_looked_at_again() -> None:
    number = 7
    forget_variables(here())
    assert here().f_locals["number"] == number


def test_a_dict_that_code_holds_stays_as_it_is() -> None:
    number = 7
    held = here().f_locals
    forget_variables(here())
    assert held["number"] == number


def test_what_code_has_stored_stays() -> None:
    exec("stored = 7")
    was_stored = "stored" in look(here())
    assert was_stored == KEEPS_A_DICT
    forget_variables(here())
    assert ("stored" in look(here())) == was_stored


@pytest.mark.parametrize("text", ["forget(here())", "class Body:\n    forget(here())\n    k = 1\n"])
def test_the_namespace_of_a_module_or_a_class_stays(text: str) -> None:
    namespace: dict[str, Any] = {"forget": forget_variables, "here": here, "number": 7}
    exec(compile(f"{text}\nafter = number", "module", "exec"), namespace)
    assert namespace["after"] == 7
    assert "here" in namespace
