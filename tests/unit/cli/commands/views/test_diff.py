from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

import sample_store
from sample_views import BAD, GOOD, write_pair


@pytest.fixture(autouse=True)
def pair(tmp_path: Path) -> None:
    """A project with a run that went well, and one that failed."""
    write_pair(tmp_path)


def test_diff_tells_where_two_runs_part_and_all_that_differs(call: Any) -> None:
    said = call("diff", GOOD, BAD, COLUMNS="100")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
left   0190b6a2000070009000000000000015  price  ok after 15.0 ms, 4 steps
right  0190b6a2000070009000000000000016  price  error after 45.0 ms, 4 steps
       TypeError: no price

first difference  after 1 step alike: a value differs
  response_body.price  http.called at +12.0 ms  shop.py:price_of
    - 30
    + None

1 changed value
  response_body.price  http.called at +12.0 ms  shop.py:price_of
    - 30
    + None

1 step only in the left one
  -   +14.0 ms  add_up total=30 (till)

1 step only in the right one
  +   +44.0 ms  TypeError: no price in charge

slower                               left    right  ratio  times
GET http://127.0.0.1/price  http  10.0 ms  40.0 ms   4.0x  1 → 1
price                       span  12.0 ms  42.0 ms   3.5x  1 → 1
""")


def test_a_trace_does_not_differ_from_itself(call: Any) -> None:
    assert call("diff", "latest", BAD).out == snapshot("""\
left   0190b6a20000  price  error after 45.0 ms, 4 steps
       TypeError: no price
right  0190b6a20000  price  error after 45.0 ms, 4 steps
       TypeError: no price
both are the same trace

no difference in 4 steps
""")


def test_json_tells_the_same(call: Any) -> None:
    told = call("diff", GOOD, BAD, "--json").json
    assert (told["left"]["trace_id"], told["right"]["trace_id"]) == (GOOD, BAD)
    first = told["first_divergence"]
    assert (first["what"], first["path"]) == ("changed", "response_body.price")
    assert (first["left_value"], first["right_value"]) == (30, None)
    assert first["steps_alike"] == 1


def test_each_sort_is_as_short_as_asked_for(call: Any, tmp_path: Path) -> None:
    sample_store.write_store(tmp_path / "other")
    out = call(
        "diff", sample_store.FAILED, sample_store.WELL, "--limit", "1", cwd=tmp_path / "other"
    )
    assert "… 6 further ones (--limit)" in out.out


def test_what_is_no_run_of_the_same_operation_is_said_to_be_none(call: Any, tmp_path: Path) -> None:
    sample_store.write_store(tmp_path / "other")
    other = tmp_path / "other"
    told = call("diff", sample_store.FAILED, sample_store.WELL, "--json", cwd=other).json
    assert told["is_same_operation"] is False
    assert told["notes"][0].startswith("these do not look like runs of one operation: 0% of")


@pytest.mark.parametrize(("arguments", "code"), [(["nope", GOOD], 4), ([GOOD], 2), ([], 2)])
def test_two_ids_that_are_there_are_needed(call: Any, arguments: list[str], code: int) -> None:
    said = call("diff", *arguments)
    assert (said.code, said.out) == (code, "")
