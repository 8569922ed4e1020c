from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from sample_store import write_store
from sample_views import SHOP

pytestmark = pytest.mark.usefixtures("shop")


def test_locks_shows_conflicts_counts_and_a_timeline(call: Any) -> None:
    said = call("locks", COLUMNS="100")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
order: 2 locks, 2 owners, 48.0 ms waited

taken in conflicting orders: lock A, lock B
  worker-pack held lock A and asked for lock B (2 times)  0190b6a20000:15
  worker-label held lock B and asked for lock A  0190b6a20000:16

lock    type  taken  waits  gave up   waited  longest     held     longest
lock B  Lock      2      1           28.0 ms  28.0 ms  47.0 ms     30.0 ms
lock A  Lock      1      1        1  20.0 ms  20.0 ms  52.0 ms     52.0 ms

timeline  ░ waits  █ holds, over 52.0 ms from 08:53:20.330
  +0.00 ms  worker-pack   held     lock A                    52.0 ms  ██████████████████████████████
  +2.00 ms  worker-label  held     lock B                    30.0 ms   █████████████████
  +5.00 ms  worker-pack   waited   lock B (of worker-label)  28.0 ms    ░░░░░░░░░░░░░░░░░
  +10.0 ms  worker-label  gave up  lock A (of worker-pack)   20.0 ms       ░░░░░░░░░░░░
  +33.0 ms  worker-pack   held     lock B                    17.0 ms                     ██████████
""")


def test_json_tells_the_same(call: Any) -> None:
    told = call("locks", "till", "--json").json
    assert told["trace_id"] == SHOP
    assert [lock["lock"] for lock in told["locks"]] == ["lock B", "lock A"]
    assert told["inversions"][0]["locks"] == ["lock A", "lock B"]


def test_the_timeline_is_as_short_as_asked_for(call: Any) -> None:
    out = call("locks", SHOP, "--limit", "1").out
    assert "… 4 steps before them" in out
    assert "worker-pack  held  lock B" in out
    assert "gave up  lock A" not in out


def test_a_trace_without_locks_says_how_to_record_them(call: Any, tmp_path: Path) -> None:
    write_store(tmp_path / "other")
    said = call("locks", cwd=tmp_path / "other")
    assert said.code == 0
    assert said.out == snapshot("""\
python import.py: no lock is on record
`backtrail run --locks -- python app.py` records those of a program
""")


def test_an_unknown_id_is_not_found(call: Any) -> None:
    assert call("locks", "nope").code == 4
