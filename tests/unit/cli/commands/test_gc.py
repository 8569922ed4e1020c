from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from sample_store import FAILED, WELL

pytestmark = pytest.mark.usefixtures("project")


def left(call: Any) -> list[str]:
    return [trace["trace_id"] for trace in call("ls", "--json").json["traces"]]


@pytest.mark.parametrize(
    ("limit", "kept"),
    [
        (["--max-age", "7s"], [WELL]),
        (["--max-age", "0s"], []),
        (["--max-traces", "1"], [WELL]),
        (["--max-traces", "0"], []),
        (["--max-size", "1"], []),
        ([], [WELL, FAILED]),
    ],
)
def test_gc_removes_the_oldest_beyond_each_limit(
    call: Any, limit: list[str], kept: list[str]
) -> None:
    assert call("gc", *limit).code == 0
    assert left(call) == kept


def test_a_dry_run_says_what_would_go_and_removes_nothing(call: Any) -> None:
    said = call("gc", "--max-traces", "1", "--dry-run")
    assert said.code == 0
    lines = said.out.splitlines()
    assert FAILED.startswith(lines[1].split()[0])
    assert lines[1].split()[-2:] == ["count", "checkout"]
    assert lines[-1].startswith("1 trace and 1 journal file would be removed, about ")
    assert left(call) == [WELL, FAILED]


def test_a_pinned_trace_stays_and_is_counted(call: Any) -> None:
    call("pin", FAILED)
    assert call("gc", "--max-age", "0s").out.splitlines()[-1] == (
        "1 trace over a limit kept, since pinned"
    )
    assert left(call) == [FAILED]


def test_json_holds_the_limits_and_the_plan(call: Any) -> None:
    answer = call("gc", "--max-traces", "1", "--dry-run", "--json", BACKTRAIL_KEEP_DAYS="2").json
    assert answer["is_dry_run"] is True
    assert answer["limits"]["age_s_max"] == 2 * 86_400
    assert [trace["trace_id"] for trace in answer["plan"]["traces"]] == [FAILED]


def test_what_is_no_limit_is_a_usage_error(call: Any) -> None:
    said = call("gc", "--max-size", "much")
    assert (said.code, said.out) == (2, "")
    assert said.err == snapshot("""\
error: Invalid value for '--max-size': 'much' is no size such as 500MB or 2GiB
hint: backtrail gc --help
""")
