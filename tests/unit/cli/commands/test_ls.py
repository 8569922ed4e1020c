from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from sample_store import FAILED, WELL

pytestmark = pytest.mark.usefixtures("project")


def ids(said: Any) -> list[str]:
    return [trace["trace_id"] for trace in said.json["traces"]]


def test_ls_lists_traces_the_latest_first(call: Any) -> None:
    said = call("ls")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
trace                             began        took  events  errors  ended  name
0190b6a2000070009000000000000002  08:53:25  2.00 ms       3          ok     python import.py
0190b6a2000070009000000000000001  08:53:20  40.0 ms       9       2  error  checkout  [till]
""")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--error"], [FAILED]),
        (["--slower-than", "30ms"], [FAILED]),
        (["--slower-than", "1s"], []),
        (["--name", "import"], [WELL]),
        (["--session", "till"], [FAILED]),
        (["--since", "6s"], [WELL]),
        (["--grep", "left of KETTLE"], [FAILED]),
        (["--grep", "read_rows"], [WELL]),
        (["--limit", "1"], [WELL]),
        ([], [WELL, FAILED]),
        (["status:error"], [FAILED]),
        (["not status:error"], [WELL]),
        (["--", "-status:error"], [WELL]),
        (["name:check* duration:>30ms error:KeyError"], [FAILED]),
        (['text:"left of KETTLE" or read_rows'], [WELL, FAILED]),
        (["since:6s"], [WELL]),
        (["@user:7"], [FAILED]),
        (["status:error", "--name", "import"], []),
    ],
)
def test_each_filter_lets_through_what_it_names(
    call: Any, arguments: list[str], found: list[str]
) -> None:
    assert ids(call("ls", "--json", *arguments)) == found


@pytest.mark.parametrize(
    ("options", "query"),
    [
        (["--error"], "errors:>0 or status:error"),
        (["--slower-than", "30ms"], "duration:>=30ms"),
        (["--name", "import"], "name:*import*"),
        (["--session", "till"], "session:till"),
        (["--since", "6s"], "since:6s"),
        (["--grep", "left of KETTLE"], '"left of kettle"'),
    ],
)
def test_an_option_finds_what_its_term_finds(call: Any, options: list[str], query: str) -> None:
    found = ids(call("ls", *options, "--json"))
    assert len(found) == 1
    assert ids(call("ls", query, "--json")) == found


def test_a_wrong_query_shows_where(call: Any) -> None:
    said = call("ls", "status:error durtion:>2s")
    assert (said.code, said.out) == (2, "")
    assert said.err == snapshot("""\
error: there is no field 'durtion' at character 14 of the query
hint: did you mean duration?; an attribute is written @durtion:…, a text in quotes
  status:error durtion:>2s
               ^^^^^^^
""")


def test_a_list_goes_on_behind_a_page(call: Any) -> None:
    first = call("ls", "--limit", "1", "--json")
    cursor = first.json["next_cursor"]
    second = call("ls", "--limit", "1", "--cursor", cursor, "--json")
    assert ids(first) + ids(second) == [WELL, FAILED]
    assert second.json["next_cursor"] is None
    damaged = call("ls", "--cursor", cursor[:-3])
    assert (damaged.code, damaged.out) == (2, "")
    assert "is damaged" in damaged.err


def test_a_list_that_was_cut_says_so(call: Any) -> None:
    assert call("ls", "--limit", "1").out.splitlines()[-1] == (
        "there are more; use --limit, or a filter"
    )


def test_an_empty_list_is_no_error(call: Any) -> None:
    said = call("ls", "--name", "nothing")
    assert (said.code, said.out) == (0, "no trace is like that\n")


@pytest.mark.parametrize(
    "arguments", [["--since", "soon"], ["--slower-than", "slow"], ["--limit", "0"], ["a", "extra"]]
)
def test_a_wrong_filter_is_a_usage_error(call: Any, arguments: list[str]) -> None:
    said = call("ls", *arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: ")
    assert said.err.splitlines()[1] == "hint: backtrail ls --help"
