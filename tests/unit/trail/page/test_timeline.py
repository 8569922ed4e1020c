from __future__ import annotations

from msgspec import structs

from backtrail.trail.page.material import Material
from backtrail.trail.page.timeline import timeline_draft
from backtrail.trail.story import EventLine
from builders import START_UNIX_NS
from page_sample import LOG_EVENT, candidate, why
from sample_store import MS


def line(number: int, kind: str = "debug.recorded", **body: object) -> EventLine:
    return EventLine(
        event_id=f"aa:{number}",
        text=f"event {number}",
        kind=kind,
        time="",
        time_unix_ns=START_UNIX_NS + number * MS,
        process="aa",
        thread=None,
        task=None,
        span_id=None,
        body=body,
    )


def test_events_are_told_with_their_distance_from_the_error(material: Material) -> None:
    draft = timeline_draft(material)
    assert draft is not None
    told = [piece.text for piece in draft.pieces]
    assert "- `-10.0` WARNING shop: 2 left of kettle `0190b6a20000:4`" in told
    assert "- `+10.0` process ended value not captured=2 `0190b6a20000:8`" in told


def test_an_event_is_worth_more_the_nearer_before_the_error_it_is(material: Material) -> None:
    draft = timeline_draft(
        structs.replace(material, events=[line(1), line(15), line(29), line(45)])
    )
    assert draft is not None
    far, middle, near, behind = (piece.worth for piece in draft.pieces)
    assert near > middle > far > behind


def test_the_way_to_the_crash_is_worth_most_then_candidates_then_trouble(
    material: Material,
) -> None:
    second = candidate("aa:2")
    told = structs.replace(
        material,
        why=why(candidate("aa:1"), second),
        events=[
            line(1),
            line(2),
            line(3, "log.emitted", level="warning"),
            line(4, "http.called", status=503),
            line(29),
        ],
    )
    draft = timeline_draft(told)
    assert draft is not None
    chain, named, warning, refused, plain = (piece.worth for piece in draft.pieces)
    assert chain > named > min(warning, refused) > plain
    assert LOG_EVENT not in told.chain_ids


def test_what_says_nothing_of_the_failure_is_not_told(material: Material) -> None:
    assert timeline_draft(structs.replace(material, events=[line(1, "clock.anchored")])) is None


def test_events_that_were_not_read_are_counted(material: Material) -> None:
    story = structs.replace(material.story, event_count=5_000)
    draft = timeline_draft(structs.replace(material, story=story))
    assert draft is not None
    assert draft.unread == 5_000 - len(material.events)


def test_a_task_or_a_thread_is_named(material: Material) -> None:
    told = structs.replace(line(1), task="Task-7")
    draft = timeline_draft(structs.replace(material, events=[told]))
    assert draft is not None
    assert " [Task-7] event 1" in draft.pieces[0].text
