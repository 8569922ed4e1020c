from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.cause.rules.calls.broken_contract import find
from causes import error, event, findings, frame

RAISED = error("KeyError", "'TW'", frame("handover", "rows[key]", key="TW", nurse="N-219"))
SCHEMA = {
    "type": "object",
    "properties": {
        "shift": {"type": "string", "enum": ["early", "late", "night"]},
        "hours": {"type": "number"},
        "is_firm": {"type": "boolean"},
    },
    "required": ["shift"],
    "additionalProperties": False,
}
OPENAI = [{"type": "function", "function": {"name": "assign", "parameters": SCHEMA}}]
ANTHROPIC = [{"name": "assign", "input_schema": SCHEMA}]


def asked(arguments: Any, *, name: str = "assign", tools: Any = OPENAI) -> Event:
    return event("llm.called", 1, tools=tools, tool_calls=[{"name": name, "arguments": arguments}])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"shift": "twilight"}, "the model gave shift='twilight', and assign takes only"),
        ('{"shift": "twilight"}', "the model gave shift='twilight'"),
        ({"shift": "late", "hours": "8"}, "hours='8', and assign takes a number"),
        ({"shift": "late", "hours": True}, "hours=True, and assign takes a number"),
        ({"shift": "late", "ward": 3}, "the model gave 'ward', which assign does not take"),
        ({}, "the model left out 'shift'"),
        ("{half", "the arguments of assign are no JSON"),
    ],
)
def test_arguments_against_the_schema_are_found(arguments: Any, said: str) -> None:
    for tools in (OPENAI, ANTHROPIC):
        assert said in findings(find, RAISED, asked(arguments, tools=tools))[0].evidence[0]


def test_a_tool_that_was_not_offered_is_found() -> None:
    assert "none of the tools" in findings(find, RAISED, asked({}, name="dismiss"))[0].evidence[0]


@pytest.mark.parametrize("arguments", [{"shift": "late"}, {"shift": "late", "is_firm": True}, None])
def test_a_call_that_keeps_to_the_schema_is_no_cause(arguments: Any) -> None:
    assert findings(find, RAISED, asked(arguments)) == []


def test_without_tools_nothing_is_known() -> None:
    assert findings(find, RAISED, asked({"x": 1}, tools=[])) == []


def test_a_call_that_is_tied_to_the_failure_weighs_more() -> None:
    loose = findings(find, RAISED, asked({"shift": "twilight"}))[0].score
    tied = findings(find, RAISED, asked({"shift": "twilight", "nurse": "N-219"}))[0].score
    assert tied > loose
