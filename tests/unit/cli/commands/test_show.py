from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

import builders
from sample_store import ERROR, FAILED, HANDLED, SPAN, WELL

pytestmark = pytest.mark.usefixtures("project")


def test_show_tells_the_story_of_a_failure(call: Any) -> None:
    said = call("show", FAILED)
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
checkout failed with 2 errors after 40.0 ms
  trace    0190b6a2000070009000000000000001
  command  python shop.py
  began    2025-10-09 08:53:20, session till
  holds    9 events, 2 spans, 2 errors, 1 process

KeyError: 'kettle'
  not handled, in MainThread, at 08:53:20.030
  note: order 17
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

  caused by
  TimeoutError: prices took 2 s
    /app/shop.py:5 in load

      5  raise TimeoutError(...)

      url = '/prices'

  before it (1 event of the trace)
     -10.0 ms  WARNING shop: 2 left of kettle

  open spans
      20.0 ms  checkout

other errors (1)
  ValueError: odd sku
    /app/shop.py:12 in price_of, handled, 0190b6a300007000

outline
      21.0 ms  ✗ checkout  user=7  KeyError: 'kettle'
      3.00 ms  ·   load prices

not on record
         2  value not captured

next
  backtrail why 0190b6a200007000               the likely cause, with its evidence
  backtrail show 0190b6a200007000 --json       all of it, for a program or an assistant
  backtrail show 0190b6a200007000 --events 50  the last 50 events too
  backtrail errors show 0190b6a300007000       the next error in full
""")


def test_show_tells_the_latest_trace_unless_one_is_named(call: Any) -> None:
    assert call("show").out == snapshot("""\
python import.py ended after 2.00 ms
  trace    0190b6a2000070009000000000000002
  command  python import.py
  began    2025-10-09 08:53:25
  holds    3 events, 1 process

events (3)
  08:53:25.000  process 4711 began: python import.py
  08:53:25.001  read_rows rows=3 (importer)
  08:53:25.002  process ended

next
  backtrail show 0190b6a200007000 --json  all of it, for a program or an assistant
  backtrail show 0190b6a200007000 --all   every event
""")


@pytest.mark.parametrize(
    "text",
    [FAILED.upper(), ERROR, SPAN, "till", f"{FAILED[:8]}-{FAILED[8:12]}-{FAILED[12:]}"],
)
def test_show_accepts_every_id_that_belongs_to_a_trace(call: Any, text: str) -> None:
    assert call("show", text, "--json").json["trace_id"] == FAILED


def test_an_ambiguous_id_lists_the_matches(call: Any) -> None:
    said = call("show", FAILED[:20])
    assert said.code == 4
    assert said.err == snapshot("""\
error: 0190b6a2000070009000 names several traces
hint: type more of one: 0190b6a2000070009000000000000001, 0190b6a2000070009000000000000002
""")


def test_an_unknown_id_says_how_to_find_a_known_one(call: Any) -> None:
    said = call("show", "ffff")
    assert (said.code, said.out) == (4, "")
    assert said.err == snapshot("""\
error: there is no trace ffff
hint: `backtrail ls` lists what there is
""")


def test_json_tells_the_same_and_nothing_else(call: Any) -> None:
    story = call("show", FAILED, "--json").json
    error = story["errors"][0]
    assert (error["type"], error["message"], error["file"], error["line"]) == (
        "KeyError", "'kettle'", "/app/shop.py", 12,
    )  # fmt: skip
    assert (error["function"], error["expression"]) == ("price_of", "prices[order.sku]")
    assert error["code"] == "return prices[order.sku] * order.count"
    assert error["locals"]["prices"] == {"toaster": 30}
    assert [(one["type"], one["relation"]) for one in error["chain"]] == [("TimeoutError", "cause")]
    assert error["chain"][0]["locals"] == {"url": "/prices"}
    assert [entry["text"] for entry in error["history"]] == ["WARNING shop: 2 left of kettle"]
    assert [span["name"] for span in error["open_spans"]] == ["checkout"]
    assert [one["error_id"] for one in story["errors"]] == [ERROR, HANDLED]
    assert [row["name"] for row in story["outline"]] == ["checkout", "load prices"]


def test_events_are_listed_on_request(call: Any) -> None:
    shown = call("show", FAILED, "--events", "2").out
    assert "events (2, 7 before them)" in shown
    assert "process ended value not captured=2" in shown
    assert "process 4711 began" not in shown
    assert "process 4711 began" in call("show", FAILED, "--all").out


def test_the_outline_goes_as_deep_as_asked_for(call: Any) -> None:
    shallow = call("show", FAILED, "--depth", "1").out
    assert "load prices" not in shallow
    assert "… 1 further span (--depth or --all shows them)" in shallow
    assert "load prices" in call("show", FAILED, "--depth", "1", "--all").out


def test_a_bad_depth_is_a_usage_error(call: Any) -> None:
    said = call("show", FAILED, "--depth", "0")
    assert (said.code, said.out) == (2, "")
    assert said.err == snapshot("""\
error: Invalid value for '--depth': 0 is not in the range x>=1
hint: backtrail show --help
""")


def test_a_hang_shows_who_waits_for_what(call: Any, project: Path) -> None:
    frame = {
        "file": str(project / "depot.py"), "line": 9, "function": "transfer",
        "qualified": "Depot.transfer", "code": "with target.lock:", "is_app": True,
        "locals": {"origin": "north", "sku": "kettle"},
    }  # fmt: skip
    lock = {
        "file": "/usr/lib/python3.11/threading.py",
        "line": 1,
        "function": "wait",
        "qualified": "wait",
    }
    trace = builders.trace_id(3)
    hang = builders.error_body(
        "0190b6a2000070009000000000000e03",
        type="hang",
        message="no event for 4 s",
        mechanism="hang",
        frames=[frame],
        threads=[
            {"name": "restock", "frames": [lock, frame], "waits_for": "lock 1 held by returns"},
            {"name": "pool-1", "frames": [lock]},
        ],
        locks=[{"name": "lock 1", "holder": "returns", "waiters": ["restock"]}],
    )
    lines = [
        builders.process_started(trace, t=9 * 10**9),
        builders.line("error.raised", trace, t=9_500_000_000, **hang),
    ]
    builders.write_segment(project / ".backtrail", builders.process_id(3), lines)
    assert call("show").out == snapshot("""\
app.py failed with 1 error after 500 ms
  trace    0190b6a2000070009000000000000003
  command  app.py
  began    2025-10-09 08:53:29
  holds    2 events, 1 error, 1 process
  process  4711 killed: app.py

hang: no event for 4 s
  no progress, at 08:53:29.500
  depot.py:9 in Depot.transfer

    9  with target.lock:

    origin = 'north'
    sku    = 'kettle'

  lock 1: held by returns, waited for by restock

  thread restock, waits for lock 1 held by returns
    depot.py:9 in Depot.transfer
      with target.lock:
      origin='north', sku='kettle'

  pool-1: threading.py:1 in wait

next
  backtrail why 0190b6a200007000               the likely cause, with its evidence
  backtrail show 0190b6a200007000 --json       all of it, for a program or an assistant
  backtrail show 0190b6a200007000 --events 50  the last 50 events too
""")


def test_the_sample_trace_that_went_well_has_no_error(call: Any) -> None:
    assert call("show", WELL, "--json").json["errors"] == []
