from __future__ import annotations

import pytest

from backtrail.trail.cause.answer import Candidate, EventShown
from backtrail.trail.cause.judging import Cause, Expected, KnownCause, judge

EXPECTED = Expected(
    title="t",
    command=["python", "program.py"],
    cause=KnownCause(
        kind="env", contains="UTC_OFFSET", also=["-6"], where="a.py:load",
        accept=[Cause(kind="config", contains="utc_offset")],
    ),
    not_cause=["targets.json"],
)  # fmt: skip


def candidate(kind: str, text: str, where: str | None = None) -> Candidate:
    return Candidate(
        kind=kind,  # type: ignore[arg-type]
        event=EventShown(id="p:1", kind="environment.read", text=text, time_unix_ns=1),
        where=where,
        place=None,
        score=0.5,
        summary=text,
        evidence=[],
        against=[],
        chain=[],
        rules=[],
    )


RIGHT = candidate("env", "read utc_offset=-6", "a.py:load")


@pytest.mark.parametrize(
    ("candidates", "first", "rank"),
    [
        ([RIGHT], "right", 1),
        ([candidate("config", "UTC_OFFSET = 3")], "right", 1),
        ([candidate("env", "UTC_OFFSET=5")], "missed", None),
        ([candidate("file_read", "UTC_OFFSET=-6")], "missed", None),
        ([candidate("file_read", "Targets.json"), RIGHT], "decoy", 2),
        ([], "nothing", None),
    ],
)
def test_a_list_of_candidates_is_judged(
    candidates: list[Candidate], first: str, rank: int | None
) -> None:
    judged = judge(candidates, EXPECTED)
    assert (judged.first, judged.rank) == (first, rank)


def test_within_three_is_within_three() -> None:
    wrong = candidate("env", "HOME=/root")
    assert judge([wrong, wrong, RIGHT], EXPECTED).is_within_three
    assert not judge([wrong, wrong, wrong, RIGHT], EXPECTED).is_within_three


def test_the_place_is_judged_beside_the_event() -> None:
    assert judge([RIGHT], EXPECTED).is_place_right
    assert not judge([candidate("env", "UTC_OFFSET=-6", "a.py:main")], EXPECTED).is_place_right
