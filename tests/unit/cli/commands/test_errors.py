from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from sample_store import ERROR, FAILED, HANDLED, WELL

pytestmark = pytest.mark.usefixtures("project")


def test_errors_lists_them_the_latest_first(call: Any) -> None:
    said = call("errors")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
error         when      where       how       what
0190b6a20000  08:53:20  shop.py:12  uncaught  KeyError: 'kettle'
0190b6a30000  08:53:20  shop.py:12  handled   ValueError: odd sku
""")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([], [ERROR, HANDLED]),
        (["--limit", "1"], [ERROR]),
        (["--trace", FAILED], [ERROR, HANDLED]),
        (["--trace", WELL], []),
        (["--since", "1s"], []),
    ],
)
def test_each_filter_lets_through_what_it_names(
    call: Any, arguments: list[str], found: list[str]
) -> None:
    listed = call("errors", *arguments, "--json").json["errors"]
    assert [error["error_id"] for error in listed] == found


def test_no_errors_is_no_error(call: Any) -> None:
    said = call("errors", "--since", "1s")
    assert (said.code, said.out) == (0, "no error is like that\n")


def test_errors_show_tells_one_in_full(call: Any) -> None:
    assert call("errors", "show", HANDLED).out == snapshot("""\
ValueError: odd sku
  logged, the program went on, in MainThread, at 08:53:20.025
  /app/shop.py:12 in price_of

    11 | def price_of(order, prices):
  > 12 |     return prices[order.sku] * order.count
                    ^^^^^^^^^^^^^^^^^

    order    = Order(sku='kettle', count=2)
    prices   = {'toaster': 30}
    currency = 'EUR'

  raised deeper, in
    json/decoder.py:355 in JSONDecoder.decode

  called from
    /app/shop.py:30 in checkout
      total += price_of(order, prices)
      total=0
    click/core.py:1 in Context.invoke
    /app/shop.py:40 in <module>
      checkout()

  before it (1 event of the trace)
     -5.00 ms  WARNING shop: 2 left of kettle

  open spans
      15.0 ms  checkout

backtrail show 0190b6a200007000  its trace
""")


def test_errors_show_accepts_a_prefix_and_latest(call: Any) -> None:
    assert call("errors", "show", HANDLED[:9], "--json").json["error_id"] == HANDLED
    assert call("errors", "show", "--json").json["error_id"] == ERROR


@pytest.mark.parametrize("arguments", [["show", "nope"], ["--trace", "nope"]])
def test_an_unknown_id_is_not_found(call: Any, arguments: list[str]) -> None:
    said = call("errors", *arguments)
    assert (said.code, said.out) == (4, "")
    assert said.err.startswith("error: there is no ")


def test_an_unknown_subcommand_is_a_usage_error(call: Any) -> None:
    assert call("errors", "shew").code == 2
