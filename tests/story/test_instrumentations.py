"""Agents recorded by OpenInference and by OpenLLMetry: their own code, their own exporters."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from asking_models import PROGRAM, model
from http_servers import serving as answering
from running import BACKTRAIL, environment, run, until
from serving import server

INSTRUMENTATIONS = ("openinference", "openllmetry", "openllmetry-events")
TOLD = [
    ("system", "be brief"),
    ("user", "book a room"),
    ("assistant", ""),
    ("tool", "room 4 is taken"),
]


@pytest.fixture(scope="module", params=INSTRUMENTATIONS)
def agent(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str, str]]:
    """Run an agent to its end; give the project, the server's address and the trace."""
    folder = tmp_path_factory.mktemp("hotel")
    with answering(model) as llm, server(folder / ".backtrail") as (url, _):
        done = run(
            sys.executable,
            PROGRAM,
            request.param,
            llm,
            cwd=folder,
            env=environment(OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_SERVICE_NAME="hotel"),
        )
        assert done.stderr.split() == [b"RateLimitError", b"InternalServerError"]
        trace_id = done.stdout.decode().strip()
        until(lambda: len(calls(url, trace_id)) == 5)
        yield folder, url, trace_id


def trail(url: str, trace_id: str) -> dict[str, Any]:
    with urlopen(f"{url}/api/traces?limit=50") as answer:
        if trace_id not in answer.read().decode():
            return {"llm": {"calls": []}}
    with urlopen(f"{url}/api/traces/{trace_id}/trail") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def calls(url: str, trace_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = trail(url, trace_id)["llm"]["calls"]
    return found


def shown(folder: Path, call: dict[str, Any]) -> dict[str, Any]:
    """Return what `backtrail llm show` says of a call."""
    done = run(*BACKTRAIL, "llm", "show", call["event_id"], "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def said(transcript: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["role"], each.get("text", "")) for each in transcript["messages"]]


def test_calls_stand_under_the_span_of_the_agent(agent: tuple[Path, str, str]) -> None:
    _, url, trace_id = agent
    told = trail(url, trace_id)
    root, *spans = told["outline"]
    assert (root["name"], root["depth"]) == ("answer a guest", 0)
    assert [span["depth"] for span in spans] == [1] * 5
    assert [span["status"] for span in spans] == ["ok", "ok", "ok", "error", "error"]
    assert [call["span_id"] for call in calls(url, trace_id)] == [s["span_id"] for s in spans]
    assert root["attributes"]["service.name"] == "hotel"


def test_a_call_has_its_messages_tools_usage_and_answer(agent: tuple[Path, str, str]) -> None:
    folder, url, trace_id = agent
    call = calls(url, trace_id)[0]
    assert (call["model"], call["response_model"]) == ("gpt-4o", "gpt-4o-2024-08-06")
    assert (call["provider"], call["operation"]) == ("openai", "chat")
    assert (call["input_tokens"], call["output_tokens"]) == (1_000, 100)
    assert call["cost_usd"] == pytest.approx(1_000 * 2.5e-6 + 100 * 10e-6)
    assert call["finish_reasons"][0].startswith("tool_call")
    assert (call["text"], call["tool_calls"]) == ("room 5, then", ["book"])
    assert (call["error"], call["is_streamed"]) == (None, False)
    told = shown(folder, call)
    assert said(told) == TOLD
    (wanted,) = told["messages"][2]["tool_calls"]
    assert (wanted["name"], wanted["arguments"], wanted["id"]) == ("book", {"room": 4}, "c1")
    (asked,) = told["answer"]["tool_calls"]
    assert (asked["name"], asked["arguments"], asked["id"]) == ("book", {"room": 4}, "c1")
    assert told["parameters"]["temperature"] == 0.5


def test_a_streamed_call_has_the_whole_answer_and_how_it_came(
    agent: tuple[Path, str, str],
) -> None:
    folder, url, trace_id = agent
    call = calls(url, trace_id)[1]
    assert (call["model"], call["is_streamed"]) == ("gpt-4o", True)
    assert (call["text"], call["tool_calls"]) == ("room 6", ["book"])
    assert (call["input_tokens"], call["output_tokens"]) == (9, 3)
    assert 0 < call["first_token_ms"] <= call["took_ms"]
    told = shown(folder, call)
    assert said(told) == TOLD[:2]
    assert told["answer"]["tool_calls"][0]["arguments"] == {"room": 4}


def test_embeddings_are_told_by_what_was_embedded(agent: tuple[Path, str, str]) -> None:
    folder, url, trace_id = agent
    call = calls(url, trace_id)[2]
    assert (call["operation"], call["model"]) == ("embeddings", "text-embedding-3-small")
    assert (call["input_tokens"], call["text"]) == (5, None)
    assert said(shown(folder, call)) == [("user", "one room"), ("user", "two rooms")]


def test_what_the_provider_refused_is_an_error_of_the_call(agent: tuple[Path, str, str]) -> None:
    folder, url, trace_id = agent
    *_, too_often, broken = calls(url, trace_id)
    assert too_often["error"].startswith("RateLimitError: Error code: 429")
    assert broken["error"].startswith("InternalServerError: Error code: 500")
    assert [call["model"] for call in (too_often, broken)] == ["too-often", "broken"]
    assert said(shown(folder, too_often)) == TOLD[:2]
    errors = trail(url, trace_id)["errors"]
    assert {each["type"] for each in errors} == {"RateLimitError", "InternalServerError"}
    assert len(errors) == 2


def test_the_command_prints_what_was_said(agent: tuple[Path, str, str]) -> None:
    folder, url, trace_id = agent
    done = run(*BACKTRAIL, "llm", "show", calls(url, trace_id)[0]["event_id"], cwd=folder)
    page = done.stdout.decode()
    for text in ("be brief", "book a room", "room 4 is taken", "room 5, then", "book", "gpt-4o"):
        assert text in page
