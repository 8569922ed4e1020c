"""Whether an answer names a cause that is known: right, a decoy, or missed."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from backtrail.trail.cause.answer import Candidate

Judgement = Literal["right", "decoy", "missed", "nothing"]
THIRD = 3


class Cause(Struct, frozen=True, kw_only=True):
    """An event that is a right answer."""

    kind: str
    contains: str
    also: list[str] = []
    where: str | None = None


class KnownCause(Cause, frozen=True, kw_only=True):
    """The cause of a failure, as it was proven, and other right answers."""

    accept: list[Cause] = []


class Expected(Struct, frozen=True, kw_only=True):
    """What is known of a failing program; a judge reads it, a rule never does."""

    title: str
    command: list[str]
    cause: KnownCause
    not_cause: list[str] = []
    env: dict[str, str | None] = {}
    exit_code: int | None = None
    timeout_s: float | None = None


class Judged(Struct, frozen=True, kw_only=True):
    """How an answer did."""

    first: Judgement
    """Of the candidate at the first place; `nothing` when there is none."""
    rank: int | None
    """Place of the first right candidate, from 1."""
    is_place_right: bool
    """Whether it also gives file and function."""

    @property
    def is_within_three(self) -> bool:
        """Whether a right one is among the first three."""
        return self.rank is not None and self.rank <= THIRD


def judge(candidates: list[Candidate], expected: Expected) -> Judged:
    """Compare the candidates for a cause with the one that is known."""
    right = [
        (rank, candidate)
        for rank, candidate in enumerate(candidates, start=1)
        if _is_right(candidate, expected)
    ]
    rank, candidate = right[0] if right else (None, None)
    return Judged(
        first=_first(candidates, expected, rank),
        rank=rank,
        is_place_right=candidate is not None and candidate.where == expected.cause.where,
    )


def _first(candidates: list[Candidate], expected: Expected, rank: int | None) -> Judgement:
    if not candidates:
        return "nothing"
    if rank == 1:
        return "right"
    text = _text(candidates[0])
    return "decoy" if any(part.casefold() in text for part in expected.not_cause) else "missed"


def _is_right(candidate: Candidate, expected: Expected) -> bool:
    text = _text(candidate)
    return any(
        candidate.kind == cause.kind
        and all(part.casefold() in text for part in (cause.contains, *cause.also))
        for cause in (expected.cause, *expected.cause.accept)
    )


def _text(candidate: Candidate) -> str:
    return f"{candidate.event.text} {candidate.where or ''}".casefold()
