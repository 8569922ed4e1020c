"""A model that called a tool against the tool's own schema, or a tool that it was not given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from backtrail.model.event import Json
from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by

BROKEN, TIE = 0.62, 0.35
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
    "array": (list,), "object": (dict,),
}  # fmt: skip


def find(case: Case) -> Iterator[Finding]:
    """Yield answers of models whose tool calls do not keep to what was offered."""
    for fact in case.facts.of("llm.called"):
        offered = _offered(fact)
        for call in fact.body.get("tool_calls") or ():
            said = _breach(call, offered)
            if said is not None:
                tie = case.tie(fact)
                yield Finding(
                    kind="llm_response",
                    fact=fact,
                    score=min(0.97, BROKEN + TIE * tie.strength),
                    evidence=[said, *tied_by(tie)],
                    suspect=tie.suspect,
                )
                break


def _offered(fact: Fact) -> dict[str, dict[str, Any]]:
    """Return the schemas of the tools that the model was given, by their names."""
    found: dict[str, dict[str, Any]] = {}
    for tool in fact.body.get("tools") or ():
        inner = tool.get("function", tool) if isinstance(tool, dict) else {}
        schema = inner.get("parameters") or inner.get("input_schema") or {}
        if isinstance(inner.get("name"), str) and isinstance(schema, dict):
            found[inner["name"]] = schema
    return found


def _breach(call: Json, offered: dict[str, dict[str, Any]]) -> str | None:
    name = call.get("name") if isinstance(call, dict) else None
    if not isinstance(name, str) or not offered:
        return None
    if name not in offered:
        return f"the model called {name}, which is none of the tools it was given"
    arguments = call.get("arguments")
    if isinstance(arguments, str):
        try:
            arguments = msgspec.json.decode(arguments)
        except msgspec.DecodeError:
            return f"the arguments of {name} are no JSON"
    return _against(arguments, offered[name], name) if isinstance(arguments, dict) else None


def _against(arguments: dict[str, Any], schema: dict[str, Any], name: str) -> str | None:
    """Return the first way in which arguments break a schema."""
    for missing in schema.get("required") or ():
        if missing not in arguments:
            return f"the model left out {missing!r}, which {name} requires"
    properties = schema.get("properties") or {}
    for key, value in arguments.items():
        wanted = properties.get(key)
        if not isinstance(wanted, dict):
            if schema.get("additionalProperties") is False:
                return f"the model gave {key!r}, which {name} does not take"
            continue
        choices = wanted.get("enum")
        if isinstance(choices, list) and value not in choices:
            return f"the model gave {key}={value!r}, and {name} takes only {choices!r}"
        kinds = _TYPES.get(str(wanted.get("type")))
        if kinds and (
            not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)
        ):
            return f"the model gave {key}={value!r}, and {name} takes a {wanted.get('type')}"
    return None
