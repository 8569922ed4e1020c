from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from backtrail.cli.invocation import Invocation
from backtrail.cli.main import run
from backtrail.serve.http.wire import encoded
from sample_store import ERROR, FAILED, HANDLED, WELL


def got(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(f"/api{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_traces_are_those_that_the_command_lists(
    client: TestClient, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["ls", "status:error", "--json"], Invocation(cwd=str(home.parent)))
    printed = json.loads(encoded(json.loads(capsys.readouterr().out)))
    assert got(client, "/traces", query="status:error") == printed
    assert [trace["trace_id"] for trace in printed["traces"]] == [FAILED]


def test_lists_go_on_behind_a_page(client: TestClient) -> None:
    first = got(client, "/traces", limit=1)
    rest = got(client, "/traces", limit=1, cursor=first["next_cursor"])
    assert [page["traces"][0]["trace_id"] for page in (first, rest)] == [WELL, FAILED]
    assert rest["next_cursor"] is None
    first = got(client, "/errors", limit=1)
    rest = got(client, "/errors", limit=1, cursor=first["next_cursor"])
    assert [page["errors"][0]["error_id"] for page in (first, rest)] == [ERROR, HANDLED]


def test_errors_that_are_one_failure_are_one_row(client: TestClient) -> None:
    groups = got(client, "/error-groups")["groups"]
    assert sum(group["count"] for group in groups) == 2
    assert {group["last_trace_id"] for group in groups} == {FAILED}
    assert all(len(group["trend"]) == 24 for group in groups)
    assert got(client, "/error-groups", since="2026-11-21")["groups"] == []


def test_sessions_are_listed_and_traces_without_one(client: TestClient) -> None:
    found = got(client, "/sessions")["sessions"]
    assert {row["session"]: row["traces"] for row in found} == {"till": 1, None: 1}


def test_a_query_is_completed_with_fields_and_with_values_that_there_are(
    client: TestClient,
) -> None:
    fields = got(client, "/completions", query="status:error ses")["completions"]
    assert [one["text"] for one in fields] == ["session:"]
    assert (fields[0]["start"], fields[0]["end"]) == (13, 16)
    values = got(client, "/completions", query="session:t status:error", position=9)["completions"]
    assert [one["text"] for one in values] == ["till"]


@pytest.mark.parametrize(
    ("path", "detail", "hint"),
    [
        ("/traces?query=colour:(", "behind 'colour:' at character 8", "^"),
        ("/errors?query=duration:>soon", "soon", "^"),
        ("/traces?cursor=nonsense", "cursor", ""),
        ("/error-groups?since=never", "since is 'never', which is no time", "24h"),
    ],
)
def test_what_is_wrong_is_said_with_the_place(
    client: TestClient, path: str, detail: str, hint: str
) -> None:
    answer = client.get(f"/api{path}")
    assert answer.status_code == 400
    assert detail in answer.json()["detail"]
    assert hint in answer.json()["hint"]
