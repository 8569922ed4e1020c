"""`why`: the event where the trouble entered, and the way from there to the crash."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from backtrail.model.limits.reading import ANSWER_TOKENS, ANSWER_TOKENS_MAX, BUNDLE_TOKENS_MIN
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project, opened
from backtrail.serve.tool import Answer, Arguments, Tool
from backtrail.store import reading
from backtrail.trail.cause import answer, asking
from backtrail.trail.page.material import named_error
from backtrail.trail.page.writing import shortened

SIZES = ((4_000, 8), (2_000, 8), (1_000, 8), (500, 8), (250, 6), (120, 4), (60, 2))
"""Characters of every text and lines of every list; the first pair with room for all candidates is
taken, and the last one for as many as there is room for."""


class WhyAsked(Arguments, frozen=True, kw_only=True):
    """What `why` takes."""

    id: Annotated[
        str, Meta(min_length=1, description="Id, or its beginning, of an error or trace.")
    ]
    max_tokens: Annotated[int, Meta(ge=BUNDLE_TOKENS_MIN, le=ANSWER_TOKENS_MAX)] = ANSWER_TOKENS


class CauseShown(Struct, frozen=True, kw_only=True):
    """An event that may be the cause."""

    kind: str
    event_id: str
    event_kind: str
    event_text: str
    where: str | None
    summary: str
    evidence: list[str]
    against: list[str]
    chain: list[str]
    """From the origin to the crash."""


class WhyShown(Answer, frozen=True, kw_only=True):
    """What `why` answers."""

    trace_id: str
    error_id: str | None
    error: str | None
    where: str | None
    suspects: list[str]
    candidates: list[CauseShown]
    """Best first; empty when nothing qualifies."""
    note: str | None
    more: str | None


def find_cause(project: Project, asked: WhyAsked) -> WhyShown:
    """Return the likely causes of an error, the best first."""
    with opened(project) as catalog:
        trace_id = reading.resolve_trace(catalog, asked.id)
        error_id = named_error(catalog, asked.id, trace_id)
        found = asking.why(catalog, trace_id, error_id=error_id)
    return fitted(found, asked.max_tokens)


def fitted(found: answer.Why, max_tokens: int) -> WhyShown:
    """Bring the causes of an error to a size: texts and lists are cut before a candidate goes."""
    room = max_tokens * CHARS_PER_TOKEN
    shown = [_shown(found, *size, len(found.candidates)) for size in SIZES]
    shown += [_shown(found, *SIZES[-1], count) for count in reversed(range(len(found.candidates)))]
    return next((each for each in shown if encoded_chars(each) <= room), shown[-1])


def _shown(found: answer.Why, chars: int, lines: int, count: int) -> WhyShown:
    candidates = [_candidate(each, chars, lines) for each in found.candidates[:count]]
    left_out = len(found.candidates) - count
    is_cut = left_out or chars < SIZES[0][0]
    said = f"{left_out} candidates left out" if left_out else "long texts and lists cut"
    return WhyShown(
        trace_id=found.trace_id,
        error_id=found.error_id,
        error=None if found.error is None else shortened(found.error, chars),
        where=found.where,
        suspects=[shortened(each, chars) for each in found.suspects[:lines]],
        candidates=candidates,
        note=found.note,
        more=f"{said}: raise `max_tokens` (at most {ANSWER_TOKENS_MAX})" if is_cut else None,
    )


def _candidate(candidate: answer.Candidate, chars: int, lines: int) -> CauseShown:
    steps = [_step(step, chars) for step in candidate.chain]
    if (between := len(steps) - lines) > 0:
        ends = lines // 2
        steps = [*steps[:ends], f"… {between} more steps", *steps[len(steps) - ends :]]
    return CauseShown(
        kind=candidate.kind,
        event_id=candidate.event.id,
        event_kind=candidate.event.kind,
        event_text=shortened(candidate.event.text, chars),
        where=candidate.where,
        summary=shortened(candidate.summary, chars),
        evidence=[shortened(each, chars) for each in candidate.evidence[:lines]],
        against=[shortened(each, chars) for each in candidate.against[:lines]],
        chain=steps,
    )


def _step(step: answer.Step, chars: int) -> str:
    where = f" in {step.where}" if step.where else ""
    event = f" (event {step.event_id})" if step.event_id else ""
    return f"{shortened(step.text, chars)}{where}{event}"


TOOL = Tool(
    name="why",
    title="Why it failed",
    about="Name the recorded event where the trouble most likely entered, with the evidence for it "
    "and against it, and the chain from there to the crash. Computed without a model: the same "
    "trace gives the same answer.",
    takes=WhyAsked,
    answers=WhyShown,
    answer=find_cause,
)
