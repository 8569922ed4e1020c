from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from sample_store import write_store
from sample_views import PROCESS, SHOP

pytestmark = pytest.mark.usefixtures("shop")


def test_llm_lists_the_calls_with_what_they_cost(call: Any) -> None:
    said = call("llm", COLUMNS="100")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
order: 3 calls to models
  1 failed, 220 tokens in, 40 out (1 do not say), $0.0024 (1 not known), 220 ms

call            at        model     in  out     cost     took  finish      said
0190b6a20000:7  08:53:20  small-1  100   10  $0.0012  80.0 ms  tool_calls  calls look_up
0190b6a20000:8  08:53:20  small-1  120   30  $0.0012  80.0 ms  stop        A kettle costs 30 euros.
0190b6a20000:9  08:53:20  small-1                     60.0 ms  503         (attempt 2) ServerError:…

backtrail llm show 0190b6a20000:9  the last one in full
""")


def test_llm_show_tells_one_call_as_a_conversation(call: Any) -> None:
    assert call("llm", "show", f"{PROCESS}:7").out == snapshot("""\
small-1 answered after 80.0 ms
  call     0190b6a2000070008000000000000007:7
  trace    0190b6a2000070009000000000000007
  at       08:53:20.135
  from     /app/shop.py:12 in price_of
  to       http://127.0.0.1:8080/v1/chat/completions by httpx
  tokens   100 in, 10 out
  cost     $0.0012 by the prices of 2026-11-01
  asked    temperature=0

system
  You are a clerk.

user
  What does a kettle cost?

answer  tool_calls
  calls look_up  call_1
    sku = 'kettle'

""")


def test_llm_show_tells_the_last_call_unless_one_is_named(call: Any) -> None:
    assert call("llm", "show", "--json").json["status"] == 503
    assert call("llm", "show", SHOP, "--json").json["event_id"] == f"{PROCESS}:9"
    assert call("llm", "show", "till", "--json").json["event_id"] == f"{PROCESS}:9"


def test_the_short_id_that_is_printed_is_taken(call: Any) -> None:
    printed = call("llm").out.split("call  ")[1].split("\n")[1].split(" ")[0]
    assert call("llm", "show", printed, "--json").json["event_id"] == f"{PROCESS}:7"


def test_json_has_the_trace_and_the_same_sums(call: Any) -> None:
    told = call("llm", SHOP, "--json").json
    assert (told["trace_id"], told["count"], told["failed"]) == (SHOP, 3, 1)
    assert (told["input_tokens"], told["without_tokens"]) == (220, 1)
    assert told["cost_usd"] == pytest.approx(0.0024)


def test_the_limit_is_on_what_is_listed_not_on_what_is_counted(call: Any) -> None:
    out = call("llm", "latest", "--limit", "1").out
    assert "3 calls to models" in out
    assert "… 2 calls before them" in out
    assert "look_up" not in out


def test_a_trace_without_calls_says_so(call: Any, tmp_path: Path) -> None:
    write_store(tmp_path / "other")
    said = call("llm", cwd=tmp_path / "other")
    assert (said.code, said.out) == (0, "python import.py: no model was asked\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "there is no trace nope"),
        (["show", f"{PROCESS}:1"], "is span.started, not a call to a model"),
        (["show", f"{PROCESS}:999"], f"there is no event {PROCESS}:999"),
        (["show", "nope"], "there is no trace nope"),
    ],
)
def test_what_is_not_there_is_not_found(call: Any, arguments: list[str], words: str) -> None:
    said = call("llm", *arguments)
    assert (said.code, said.out) == (4, "")
    assert words in said.err


def test_a_word_too_many_is_a_usage_error(call: Any) -> None:
    assert call("llm", "latest", "extra").code == 2
