from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from sample_store import write_store
from sample_views import PROCESS, SHOP

pytestmark = pytest.mark.usefixtures("shop")


def test_state_lists_what_became_what(call: Any) -> None:
    said = call("state")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
order: 2 changes of 2 names
       1  Cart.items
       1  parcel.weight_kg

event            at            by           name              change
0190b6a20000:4   08:53:20.045               Cart.items        /kettle 1 → 2; + /toaster 1
0190b6a20000:20  08:53:20.370  worker-pack  parcel.weight_kg  it 1.5 → 2.5

backtrail state show 0190b6a20000:20  the last one in full
""")


def test_state_show_tells_the_patch_and_what_was_before(call: Any) -> None:
    assert call("state", "show", f"{PROCESS}:4").out == snapshot("""\
Cart.items changed at 08:53:20.045
  event  0190b6a2000070008000000000000007:4
  seen   seen around a tracked block
  by     MainThread
  from   /app/shop.py:12 in price_of
  code   ask(sku)

patch
  replace /kettle
    - 1
    + 2
  add /toaster
    + 1

before
  {'kettle': 1}
after
  {'kettle': 2, 'toaster': 1}
""")


def test_state_show_tells_the_last_change_unless_one_is_named(call: Any) -> None:
    told = call("state", "show", "--json").json
    assert (told["trace_id"], told["change"]["name"]) == (SHOP, "parcel.weight_kg")


def test_only_state_of_a_name_is_listed(call: Any) -> None:
    told = call("state", SHOP, "--name", "cart", "--json").json
    assert [change["name"] for change in told["changes"]] == ["Cart.items"]
    assert told["count"] == 1


def test_a_trace_without_changes_says_so(call: Any, tmp_path: Path) -> None:
    write_store(tmp_path / "other")
    said = call("state", cwd=tmp_path / "other")
    assert (said.code, said.out) == (0, "python import.py: no change of state is on record\n")


@pytest.mark.parametrize("arguments", [["nope"], ["show", "nope"], ["show", f"{PROCESS}:7"]])
def test_what_is_not_there_is_not_found(call: Any, arguments: list[str]) -> None:
    said = call("state", *arguments)
    assert (said.code, said.out) == (4, "")
