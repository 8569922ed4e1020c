from __future__ import annotations

import ast
import itertools
from pathlib import Path

from backtrail.model import limits

LIMITS = {name: value for name, value in vars(limits).items() if name.isupper()}


def test_every_limit_is_a_positive_number() -> None:
    assert len(LIMITS) > 50
    assert {name: value for name, value in LIMITS.items() if not value > 0} == {}


def test_every_limit_says_what_it_bounds() -> None:
    body = ast.parse(Path(limits.__file__).read_text()).body
    explained = [
        node.targets[0].id
        for node, after in itertools.pairwise(body)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    ]
    assert sorted(explained) == sorted(LIMITS)


def test_limits_that_depend_on_one_another_agree() -> None:
    assert limits.SEGMENT_BYTES_FIRST <= limits.SEGMENT_BYTES_MAX
    assert limits.LINE_BYTES_MAX <= limits.SEGMENT_BYTES_MAX
    assert limits.LINE_BYTES_MAX <= limits.READ_BYTES_MAX
    assert limits.ERROR_BYTES_MAX <= limits.READ_BYTES_MAX
    assert limits.ITEMS_MAX <= limits.FIELDS_MAX
    assert limits.STRING_CHARS_MAX <= limits.SCAN_CHARS_MAX
    assert limits.FOLLOW_EVENTS_MAX <= limits.PAGE_ROWS_MAX
    assert limits.RING_EVENTS_MAX == 20
