from __future__ import annotations

import inspect

import pytest

from backtrail.model import errors
from backtrail.model.errors import BacktrailError, ExitCode

FAMILY = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, BacktrailError)
]


@pytest.mark.parametrize("kind", FAMILY)
def test_an_error_carries_its_message_and_a_hint(kind: type[BacktrailError]) -> None:
    error = kind("trace 0190 is not there", hint="backtrail ls")
    assert str(error) == error.message == "trace 0190 is not there"
    assert error.hint == "backtrail ls"
    assert isinstance(error.exit_code, ExitCode)


@pytest.mark.parametrize("kind", FAMILY)
def test_an_error_needs_a_hint(kind: type[BacktrailError]) -> None:
    with pytest.raises(TypeError):
        kind("nobody says what to do")  # type: ignore[call-arg]


def test_exit_codes_are_those_that_the_design_promises() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "INFRASTRUCTURE": 3,
        "NOT_FOUND": 4,
        "REFUSED": 5,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, ExitCode.USAGE),
        (errors.NotFoundError, ExitCode.NOT_FOUND),
        (errors.NewerFormatError, ExitCode.REFUSED),
        (errors.CannotRunError, ExitCode.REFUSED),
        (errors.StoreError, ExitCode.INFRASTRUCTURE),
        (errors.DamagedCatalogError, ExitCode.INFRASTRUCTURE),
        (errors.EntryRuleError, ExitCode.USAGE),
    ],
)
def test_each_class_of_error_has_its_exit_code(kind: type[BacktrailError], code: int) -> None:
    assert kind.exit_code == code
