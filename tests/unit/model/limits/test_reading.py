"""All limits, those of the recorder among them: the module is the package that holds it."""

from __future__ import annotations

import ast
import itertools
from pathlib import Path
from types import ModuleType

import pytest

from backtrail.model import limits
from backtrail.model.limits import reading

MODULES = (limits, reading)


def limits_of(module: ModuleType) -> dict[str, float]:
    return {name: value for name, value in vars(module).items() if name.isupper()}


@pytest.mark.parametrize("module", MODULES)
def test_every_limit_is_a_positive_number(module: ModuleType) -> None:
    assert len(limits_of(module)) > 50
    assert {name: value for name, value in limits_of(module).items() if not value > 0} == {}


@pytest.mark.parametrize("module", MODULES)
def test_every_limit_says_what_it_bounds(module: ModuleType) -> None:
    body = ast.parse(Path(str(module.__file__)).read_text()).body
    explained = [
        node.targets[0].id
        for node, after in itertools.pairwise(body)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    ]
    assert sorted(explained) == sorted(limits_of(module))


def test_no_limit_stands_in_two_places() -> None:
    assert limits_of(limits).keys() & limits_of(reading).keys() == set()


def test_limits_that_depend_on_one_another_agree() -> None:
    assert limits.SEGMENT_BYTES_FIRST <= limits.SEGMENT_BYTES_MAX
    assert limits.LINE_BYTES_MAX <= limits.SEGMENT_BYTES_MAX
    assert limits.LINE_BYTES_MAX <= reading.READ_BYTES_MAX
    assert limits.ERROR_BYTES_MAX <= reading.READ_BYTES_MAX
    assert limits.ITEMS_MAX <= limits.FIELDS_MAX
    assert limits.STRING_CHARS_MAX <= limits.SCAN_CHARS_MAX
    assert limits.RING_EVENTS_MAX == 20
