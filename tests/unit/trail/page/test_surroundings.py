from __future__ import annotations

from msgspec import structs

from backtrail.trail.page.material import Material
from backtrail.trail.page.surroundings import PROCESSES_SHOWN, surroundings_draft
from backtrail.trail.views.gaps import Gap
from backtrail.trail.views.related import RelatedTrace


def test_command_folder_process_and_losses_are_told(material: Material) -> None:
    assert [piece.text for piece in surroundings_draft(material).pieces] == [
        "- command: `python shop.py`",
        "- folder: /app",
        "- began: 2025-10-09T08:53:20.000000Z",
        "- events: 9, errors: 2",
        "- process 4711: Python 3.11.7, ended, session till",
        "- span left open: checkout",
        "- not recorded: value not captured, 2",
    ]


def test_what_is_missing_and_what_belongs_to_it_is_told(material: Material) -> None:
    gap = Gap(
        what="killed",
        text="process 7 was killed",
        count=None,
        process="aa",
        after_event=None,
        time=None,
        time_unix_ns=None,
    )
    retry = RelatedTrace(
        trace_id="0190b6a2000070009000000000000009",
        relation="retry.of",
        is_named=True,
        name=None,
        status=None,
        time=None,
    )
    story = structs.replace(
        material.story, gaps=[gap], notes=["a clock was moved"], related=[retry]
    )
    told = [
        piece.text for piece in surroundings_draft(structs.replace(material, story=story)).pieces
    ]
    assert told[-3:] == [
        "- process 7 was killed",
        "- a clock was moved",
        "- retry.of 0190b6a20000",
    ]


def test_of_many_processes_some_are_told_and_the_others_counted(material: Material) -> None:
    many = material.story.processes * 20
    draft = surroundings_draft(
        structs.replace(material, story=structs.replace(material.story, processes=many))
    )
    assert sum(piece.text.startswith("- process") for piece in draft.pieces) == PROCESSES_SHOWN
    assert draft.unread == 20 - PROCESSES_SHOWN
