from __future__ import annotations

from backtrail.model.limits.reading import EVIDENCE_CHARS_MAX
from backtrail.trail.cause.facts import Facts
from backtrail.trail.cause.shown import as_place, event_shown, full_text, place_of, where_text
from causes import error, event, place

RAISED = error("KeyError", "'a'")


def test_an_event_shows_its_words_its_place_and_its_payload() -> None:
    asked = event(
        "llm.called", 1, attributes={"gen_ai.response.finish_reasons": ["length"]},
        text="x" * 500 + " spare part", caller=place("Drafter.draft"),
    )  # fmt: skip
    shown = event_shown(asked, RAISED)
    assert "finish_reason=length" in shown.text
    assert "shop.py:3 Drafter.draft" in shown.text
    assert shown.text.endswith("spare part")
    assert shown.id == asked.event_id
    assert shown.before_ms == 999_999


def test_a_payload_is_shown_so_far_and_no_further() -> None:
    text = full_text(event("file.opened", 1, path="a", content="y" * EVIDENCE_CHARS_MAX * 3))
    assert text.count("y") < EVIDENCE_CHARS_MAX * 1.5


def test_the_error_of_a_child_shows_where_it_was() -> None:
    inner = {"file": "/a/watermark.py", "line": 9, "qualified": "spacing", "is_app": True}
    child = event("error.raised", 1, type="ZeroDivisionError", message="by zero", frames=[inner])
    assert "watermark.py:9 spacing" in full_text(child)


def calls(*functions: str) -> list[dict[str, object]]:
    return [place(function) for function in functions]


def test_a_function_that_all_calls_go_through_gives_way_to_its_caller() -> None:
    facts = Facts(
        [
            event("llm.called", 1, calls=calls("ask", "choose_city", "main")),
            event("llm.called", 2, calls=calls("ask", "choose_stay", "main")),
        ],
        RAISED,
    )
    assert where_text(place_of(facts.all[1], facts)) == "shop.py:choose_stay"


def test_a_function_whose_calls_all_came_the_same_way_is_named_itself() -> None:
    facts = Facts([event("llm.called", n, calls=calls("draft", "main")) for n in (1, 2, 3)], RAISED)
    assert where_text(place_of(facts.all[1], facts)) == "shop.py:draft"


def test_an_event_without_a_place_has_none() -> None:
    facts = Facts([event("llm.called", 1)], RAISED)
    assert place_of(facts.all[0], facts) is None
    assert where_text(None) is None
    assert as_place(None) is None


def test_a_place_is_a_struct_where_it_fits() -> None:
    given = as_place({"file": "/a/b.py", "line": 4, "function": "run"})
    assert given is not None
    assert (given.file, given.line, given.function) == ("/a/b.py", 4, "run")
