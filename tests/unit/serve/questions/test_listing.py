from __future__ import annotations

import msgspec

from backtrail.serve.questions.listing import TOOLS
from backtrail.serve.tool import input_schema, output_schema

TOKENS_MAX = 5_000
CHARS_PER_TOKEN = 4


def test_every_tool_that_the_issue_names_is_there() -> None:
    assert {tool.name for tool in TOOLS} == {
        "list_failures",
        "why",
        "get_trail",
        "search_events",
        "get_llm_call",
        "compare_traces",
        "get_source",
    }


def test_what_is_said_of_all_tools_costs_an_assistant_little() -> None:
    said = [
        [tool.name, tool.title, tool.about, input_schema(tool), output_schema(tool)]
        for tool in TOOLS
    ]
    assert len(msgspec.json.encode(said)) <= TOKENS_MAX * CHARS_PER_TOKEN


def test_what_a_model_is_told_says_what_a_tool_is_for() -> None:
    for tool in TOOLS:
        assert tool.about.endswith(".")
        assert tool.about != tool.title
