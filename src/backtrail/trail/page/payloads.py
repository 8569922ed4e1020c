"""What was exchanged with models and over HTTP, quoted: a wrong answer is often the cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backtrail.model.event import Json
from backtrail.trail.page.material import Material
from backtrail.trail.page.section import Draft, Piece
from backtrail.trail.page.writing import one_line
from backtrail.trail.story import EventLine
from backtrail.trail.value import value_text

PAYLOAD_CHARS = 2_400
PAYLOAD_CHARS_SHORT = 300
CALLS = frozenset({"http.called", "llm.called"})
_PARTS = {
    "llm.called": ("messages", "text", "tool_calls", "response_body", "parameters"),
    "http.called": ("request_body", "response_body"),
}
"""What is quoted of each, the request first."""


def payloads_draft(material: Material) -> Draft | None:
    """Quote the calls that may be the cause, then the last ones before the error."""
    calls = [line for line in material.events if line.kind in CALLS]
    if not calls:
        return None
    chain, candidates = material.chain_ids, material.candidate_ids
    pieces = []
    for position, call in enumerate(calls):
        worth = 480 - 100 * (len(calls) - position) / len(calls)
        if call.event_id in chain:
            worth = 895
        elif call.event_id in candidates:
            worth = 740
        pieces.append(
            Piece(
                text=_quoted(material, call, PAYLOAD_CHARS),
                short=_quoted(material, call, PAYLOAD_CHARS_SHORT),
                worth=worth,
            )
        )
    return Draft(
        name="payloads",
        title="What was sent and answered",
        pieces=pieces,
        noun="call",
        command=f"backtrail show {material.id_shown} --all --json",
        share=0.3,
    )


def _quoted(material: Material, call: EventLine, chars_max: int) -> str:
    parts = _PARTS[call.kind]
    quotes = [
        f"  - {part}: {_text(call.body.get(part), chars_max // len(parts))}"
        for part in parts
        if call.body.get(part) not in (None, "", [], {})
    ]
    return "\n".join([f"- `{material.shown_id(call.event_id)}` {_head(call.body)}", *quotes])


def _head(body: Mapping[str, Any]) -> str:
    attributes = body.get("attributes") or {}
    words = [
        str(body.get("method") or attributes.get("gen_ai.request.model") or ""),
        one_line(str(body.get("url") or ""), PAYLOAD_CHARS_SHORT),
        "" if body.get("status") is None else f"answered {body['status']}",
        one_line(str(body.get("error") or ""), PAYLOAD_CHARS_SHORT),
    ]
    reasons = attributes.get("gen_ai.response.finish_reasons") or []
    if reasons:
        words.append(f"finish_reason={','.join(map(str, reasons))}")
    return " ".join(word for word in words if word)


def _text(value: Json, chars_max: int) -> str:
    text = value if isinstance(value, str) else value_text(value)
    return one_line(text, chars_max)
