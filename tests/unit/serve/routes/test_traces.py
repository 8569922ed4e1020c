from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from backtrail.cli.invocation import Invocation
from backtrail.cli.main import run
from backtrail.serve.http.wire import encoded
from sample_store import CHILD, ERROR, FAILED, SPAN, WELL


def got(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(f"/api{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """Return what a command prints with `--json`, as it is on the wire."""
    run([*words, "--json"], Invocation(cwd=str(home.parent)))
    return json.loads(encoded(json.loads(capsys.readouterr().out)))


@pytest.mark.parametrize(
    ("path", "command"),
    [
        (f"/traces/{FAILED}/trail", ["show", FAILED]),
        (f"/traces/{FAILED[:8]}-{FAILED[8:]}/trail", ["show", FAILED]),
        (f"/traces/{FAILED}/why", ["why", FAILED]),
        (f"/traces/{FAILED}/why?error={ERROR}", ["why", ERROR]),
        (f"/traces/{WELL}/why", ["why", WELL]),
        (f"/traces/{FAILED}/compare/{WELL}", ["diff", WELL, FAILED]),
    ],
)
def test_the_interface_shows_the_objects_that_commands_print(
    client: TestClient, home: Path, capsys: pytest.CaptureFixture[str], path: str, command: Any
) -> None:
    assert got(client, path) == said(home, capsys, *command)


def test_a_trace_is_found_by_whatever_names_it(client: TestClient) -> None:
    for name in (WELL, f"{WELL[:8]}-{WELL[8:]}", "latest"):
        found = got(client, f"/traces/{name}")
        assert (found["trace_id"], found["status"], found["events"]) == (WELL, "ok", 3)
    assert found["start_unix_ns"].isdecimal()


def test_an_outline_is_read_in_pages(client: TestClient) -> None:
    whole = got(client, f"/traces/{FAILED}/outline")
    assert [(row["span_id"], row["depth"], row["status"]) for row in whole["rows"]] == [
        (SPAN, 0, "error"),
        (CHILD, 1, "ok"),
    ]
    assert whole["rows"][1] == {
        "span_id": CHILD,
        "parent": SPAN,
        "depth": 1,
        "name": "load prices",
        "status": "ok",
        "start_unix_ns": str(1_760_000_000_012_000_000),
        "took_ns": "3000000",
        "self_ns": "3000000",
        "error": None,
    }
    first = got(client, f"/traces/{FAILED}/outline", limit=1)
    rest = got(client, f"/traces/{FAILED}/outline", limit=1, cursor=first["next_cursor"])
    assert first["rows"] + rest["rows"] == whole["rows"]
    assert (first["total"], rest["next_cursor"]) == (2, None)


def test_the_critical_path_says_what_the_time_was_spent_in(client: TestClient) -> None:
    whole = got(client, f"/traces/{FAILED}/critical-path")
    assert CHILD in [step["span_id"] for step in whole["steps"]]
    assert sum(step["on_path_ms"] for step in whole["steps"]) == pytest.approx(whole["took_ms"])
    assert sum(step["share"] for step in whole["steps"]) == pytest.approx(1)
    first = got(client, f"/traces/{FAILED}/critical-path", limit=1)
    rest = got(client, f"/traces/{FAILED}/critical-path", cursor=first["next_cursor"])
    assert first["steps"] + rest["steps"] == whole["steps"]
    assert client.get(f"/api/traces/{FAILED}/critical-path?limit=5001").status_code == 422


def test_a_span_is_told_with_its_attributes(client: TestClient) -> None:
    assert got(client, f"/traces/{FAILED}/spans/{SPAN}")["attributes"] == {"user": 7}
    answer = client.get(f"/api/traces/{FAILED}/spans/{'0' * 16}")
    assert answer.status_code == 404
    assert "has no span" in answer.json()["detail"]


def test_events_are_read_in_pages_by_kind_and_text(client: TestClient) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = got(client, f"/traces/{FAILED}/events", limit=4, **cursor)
        seen += [event["kind"] for event in page["events"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == 9
    assert seen[0] == "process.started"
    kinds = ["log.emitted", "error.raised"]
    events = got(client, f"/traces/{FAILED}/events", kind=kinds)["events"]
    assert [event["kind"] for event in events] == ["log.emitted", "error.raised", "error.raised"]
    [log] = got(client, f"/traces/{FAILED}/events", text="LEFT of", kind=kinds[:1])["events"]
    assert log["body"]["message"] == "2 left of kettle"


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/traces/ffff", 404, "there is no trace ffff"),
        (f"/traces/{FAILED}/events?kind=cup.broken", 400, "there is no kind 'cup.broken'"),
        (f"/traces/{FAILED}/outline?cursor=-1", 422, "cursor is '-1': string should match"),
        (f"/traces/{FAILED}/outline?limit=5001", 422, "limit is '5001'"),
        (f"/traces/{FAILED}/compare/ffff", 404, "there is no trace ffff"),
        ("/traces/" + "f" * 101, 422, "trace_id is 'ffff"),
    ],
)
def test_what_does_not_fit_is_said(client: TestClient, path: str, status: int, detail: str) -> None:
    answer = client.get(f"/api{path}")
    assert answer.status_code == status
    assert detail in answer.json()["detail"]
