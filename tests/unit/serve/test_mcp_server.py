from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from sample_store import ERROR, FAILED, write_store


@pytest.mark.usefixtures("project")
def test_a_client_finds_a_failure_and_what_led_to_it(over_stdio: Any) -> None:
    async def session(client: Client) -> None:
        failures = await client.call_tool("list_failures", {})
        (failure,) = failures.structured_content["failures"]
        assert failure["trace_id"] == FAILED
        assert failure["errors"][0]["error"] == "KeyError: 'kettle'"
        trail = await client.call_tool("get_trail", {"id": failure["errors"][0]["error_id"]})
        assert trail.structured_content["error_id"] == ERROR
        texts = {each["name"]: each["text"] for each in trail.structured_content["sections"]}
        assert "prices[order.sku] * order.count" in texts["code"]
        assert "`prices` = {'toaster': 30}" in texts["locals"]
        found = await client.call_tool("search_events", {"query": "2 LEFT of"})
        texts = [event["text"] for event in found.structured_content["events"]]
        assert "WARNING shop: 2 left of kettle" in texts

    over_stdio(session)


@pytest.mark.usefixtures("project")
def test_an_answer_is_the_same_as_text_and_as_structure(over_stdio: Any) -> None:
    async def session(client: Client) -> None:
        answer = await client.call_tool("list_failures", {"limit": 1})
        assert not answer.is_error
        assert json.loads(answer.content[0].text) == answer.structured_content  # type: ignore[union-attr]

    over_stdio(session)


def test_what_is_recorded_while_the_server_runs_is_seen(over_stdio: Any, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()

    async def session(client: Client) -> None:
        nothing = await client.call_tool("list_failures", {})
        assert nothing.is_error
        assert "nothing is recorded here" in nothing.content[0].text  # type: ignore[union-attr]
        assert "hint: `backtrail run -- python app.py`" in nothing.content[0].text  # type: ignore[union-attr]
        write_store(tmp_path)
        answer = await client.call_tool("list_failures", {})
        assert answer.structured_content["failures"][0]["trace_id"] == FAILED

    over_stdio(session)
