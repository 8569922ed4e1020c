from __future__ import annotations

import click
from inline_snapshot import snapshot

from backtrail.cli.failure_text import Page
from backtrail.cli.layout.why_text import why_lines
from backtrail.trail.cause.answer import Candidate, EventShown, Step, Why

PAGE = Page(width=72, cwd="/app")
FIRST = Candidate(
    kind="llm_response",
    event=EventShown(
        id="0190b6a2000070008000000000000001:5",
        kind="llm.called",
        text="",
        time_unix_ns=1,
        before_ms=174.0,
    ),
    where="program.py:Planner.choose_stay",
    place=None,
    score=0.7,
    summary='planner-small answered 200 said {"hotel": "HTL-LIS-0417"}',
    evidence=["'lis/417', `key` of the failure, first appears here, as 'HTL-LIS-0417' " + "x" * 90],
    against=["only a part of the value stands in it"],
    chain=[
        Step(event_id="p:5", where="program.py:Planner.choose_stay", text="planner-small answered"),
        Step(event_id=None, where="program.py:price_stay", text="KeyError: 'lis/417'"),
    ],
    rules=["value_origin"],
)


def page(**changes: object) -> str:
    answer = Why(
        trace_id="t", error_id="e", error="KeyError: 'lis/417'", where="program.py:price_stay",
        suspects=["'lis/417' (key)"], candidates=[FIRST], note=None,
    )  # fmt: skip
    changed = {name: getattr(answer, name) for name in answer.__struct_fields__} | changes
    return click.unstyle("\n".join(why_lines(Why(**changed), PAGE)))


def test_a_candidate_is_shown_with_what_speaks_for_and_against_it_and_the_way() -> None:
    assert page() == snapshot("""\
KeyError: 'lis/417'
  in program.py:price_stay
  looked for 'lis/417' (key)

1. llm response  program.py:Planner.choose_stay  174 ms before
   planner-small answered 200 said {"hotel": "HTL-LIS-0417"}
   + 'lis/417', `key` of the failure, first appears here, as
     'HTL-LIS-0417' xxxxxxxxxxxxxxxxxxxxxxxxxxxx… (62 more chars)
   - only a part of the value stands in it
   from there to the failure
     → program.py:Planner.choose_stay planner-small answered
     ✗ program.py:price_stay KeyError: 'lis/417'
   event 0190b6a2000070008000000000000001:5\
""")


def test_where_nothing_is_named_that_is_said_with_what_to_do_next() -> None:
    told = page(candidates=[], note="nothing that was recorded before the error explains it")
    assert "No cause is named: nothing that was recorded" in told
    assert told.endswith("backtrail show  what happened, step by step")


def test_a_comparison_and_a_note_stand_below() -> None:
    told = page(compared_with="t0", note="5 of 9 events, in the middle, were not looked at")
    assert told.endswith(
        "compared with t0, which went well\n5 of 9 events, in the middle, were not looked at"
    )


def test_only_the_first_candidate_has_its_way_shown() -> None:
    assert page(candidates=[FIRST, FIRST]).count("from there to the failure") == 1


def test_no_line_is_wider_than_the_page() -> None:
    assert max(map(len, page(candidates=[FIRST] * 5).splitlines())) <= PAGE.width
