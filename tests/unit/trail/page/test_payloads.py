from __future__ import annotations

from typing import Any

from msgspec import structs

from backtrail.trail.page.material import Material
from backtrail.trail.page.payloads import payloads_draft
from backtrail.trail.story import EventLine
from page_sample import candidate, why


def call(number: int, kind: str, **body: Any) -> EventLine:
    return EventLine(
        event_id=f"aa:{number}",
        text="",
        kind=kind,
        time="",
        time_unix_ns=number,
        process="aa",
        thread=None,
        task=None,
        span_id=None,
        body=body,
    )


ASKED = call(
    1,
    "llm.called",
    attributes={
        "gen_ai.request.model": "small-1",
        "gen_ai.response.finish_reasons": ["length"],
    },
    messages=[{"role": "user", "content": "Which\nroom?"}],
    text="Room 12, as the list",
)
FETCHED = call(
    2,
    "http.called",
    method="GET",
    url="http://rooms/12",
    status=404,
    response_body={"error": "gone"},
)


def test_a_call_of_a_model_is_quoted(material: Material) -> None:
    draft = payloads_draft(structs.replace(material, events=[ASKED]))
    assert draft is not None
    assert draft.pieces[0].text == (
        "- `aa:1` small-1 finish_reason=length\n"
        "  - messages: [{'role': 'user', 'content': 'Which\\nroom?'}]\n"
        "  - text: Room 12, as the list"
    )


def test_a_call_over_http_is_quoted(material: Material) -> None:
    draft = payloads_draft(structs.replace(material, events=[FETCHED]))
    assert draft is not None
    assert draft.pieces[0].text == (
        "- `aa:2` GET http://rooms/12 answered 404\n  - response_body: {'error': 'gone'}"
    )


def test_the_call_that_is_the_cause_is_worth_most_then_the_last(material: Material) -> None:
    calls = [ASKED, FETCHED, structs.replace(FETCHED, event_id="aa:3")]
    told = structs.replace(material, events=calls, why=why(candidate("aa:1")))
    draft = payloads_draft(told)
    assert draft is not None
    cause, before, last = (piece.worth for piece in draft.pieces)
    assert cause > last > before


def test_a_long_payload_is_cut(material: Material) -> None:
    long = call(1, "http.called", method="PUT", url="http://x", request_body="x" * 90_000)
    draft = payloads_draft(structs.replace(material, events=[long]))
    assert draft is not None
    (piece,) = draft.pieces
    assert len(piece.text) < 3_000
    assert piece.short is not None
    assert len(piece.short) < 400


def test_without_calls_there_is_no_such_section(material: Material) -> None:
    assert payloads_draft(material) is None
