from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

import sample_store
from sample_views import PROCESS, SHOP

pytestmark = pytest.mark.usefixtures("shop")


def test_perf_shows_where_the_time_of_a_trace_went(call: Any) -> None:
    said = call("perf", "latest", COLUMNS="100")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
order: 400 ms, 3 spans, 7 calls
  bottleneck  llm small-1: 220 ms, 55% of the time

spans   times    total     self  share
advice      1   258 ms             64%  ██████
order       1   385 ms  87.0 ms    22%  ██
price       1  40.0 ms             10%  █

calls                               times  failed    total      p50      p95      max  share
small-1                       llm       3       1   220 ms  80.0 ms  80.0 ms  80.0 ms    55%  ◀ most
lock B                        lock      1          28.0 ms                                7%  █
GET http://127.0.0.1/prices   http      1          25.0 ms                                6%  █
lock A                        lock      1       1  20.0 ms                                5%  █
SELECT price FROM prices WH…  sql       1          4.00 ms                                1%  ▏

by sort  llm 220 ms (55%), lock 48.0 ms (12%), http 25.0 ms (6%), sql 4.00 ms (1%)

waterfall  over 400 ms
  order                          385 ms  ██████████████████████████████████████████████████████████
    price                       40.0 ms   ██████
      http GET http://127.0.0…  25.0 ms    ████
    advice                       258 ms         ███████████████████████████████████████
      llm small-1               80.0 ms          ████████████
      llm small-1               80.0 ms                      ████████████
      llm small-1               60.0 ms                                     █████████
    sql SELECT price FROM pri…  4.00 ms                                                █
  lock lock B                   28.0 ms                                                   █████
  lock lock A                   20.0 ms                                                    ███

critical path  what the trace waited for; the rest ran beside it
  (outside of any span)  15.0 ms    4% ██
    order                87.0 ms   22% ████████████
      price              40.0 ms   10% ██████
      advice              258 ms   64% ███████████████████████████████████

measured  times    took      cpu  peak memory  gc pauses       in gc
order         1  385 ms  21.0 ms      3.1 MiB          2     1.50 ms

""")


def test_perf_alone_adds_up_the_last_traces_by_name(call: Any, tmp_path: Path) -> None:
    sample_store.write_store(tmp_path / "two")
    said = call("perf", cwd=tmp_path / "two")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
the last 2 traces

traces            times  failed       total
checkout              1       1     40.0 ms
python import.py      1             2.00 ms

spans        times  failed    total        self
checkout         1       1  21.0 ms     18.0 ms
load prices      1          3.00 ms

backtrail perf latest  the latest one by itself
""")


def test_perf_show_tells_one_name_in_full(call: Any) -> None:
    assert call("perf", "show", "order", COLUMNS="100").out == snapshot("""\
order: 1 span in trace 0190b6a2000070009000000000000007
  shortest 385 ms, median 385 ms, 95 % within 385 ms, longest 385 ms
  together 385 ms, of which its own 83.0 ms, in calls 4.00 ms, in spans inside 298 ms

inside                             times       total
advice                                 1      258 ms
price                                  1     40.0 ms
SELECT price FROM prices WH…  sql      1     4.00 ms

  0190b6a20000:1  08:53:20.005  385 ms  ████████████████████████████████████████████████████████████
""")
    assert call("perf", "show", "small-1", "--trace", SHOP, "--json").json["time"]["count"] == 3


def test_json_tells_the_same(call: Any) -> None:
    told = call("perf", SHOP, "--json").json
    assert told["trace_id"] == SHOP
    assert told["bottleneck"]["name"] == "small-1"
    assert {one["name"]: one["self_ms"] for one in told["spans"]}["order"] == 87.0
    assert call("perf", "--json").json["trace_count"] == 1


def test_only_traces_of_a_name_and_a_time_are_added_up(call: Any) -> None:
    assert call("perf", "--name", "ORD", "--json").json["trace_count"] == 1
    assert call("perf", "--name", "nope", "--json").json["trace_count"] == 0
    assert call("perf", "--since", "1s").out == "no trace is like that\n"


def test_a_name_that_is_not_there_is_answered_with_those_that_are(call: Any) -> None:
    said = call("perf", "show", "nope")
    assert said.code == 4
    assert "there are: GET http://127.0.0.1/prices, price, small-1" in said.err


def test_an_event_leads_to_its_trace(call: Any) -> None:
    assert call("perf", f"{PROCESS}:3", "--json").json["trace_id"] == SHOP


def test_an_unknown_id_is_not_found(call: Any) -> None:
    assert call("perf", "nope").code == 4
