"""`why`: the event where the trouble entered, and the way from there to the crash."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from backtrail.model.limits import ANSWER_TOKENS, ANSWER_TOKENS_MAX, BUNDLE_TOKENS_MIN
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project, opened
from backtrail.serve.tool import Answer, Arguments, Tool
from backtrail.store import reading
from backtrail.trail.cause import answer, asking
from backtrail.trail.page.material import named_error
from backtrail.trail.page.writing import shortened

TEXT_CHARS = (4_000, 2_000, 1_000, 500, 250, 120, 60)
"""To what every text is cut, the first that lets all candidates in."""
EVIDENCE_MAX = 6
SUSPECTS_MAX = 10


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
    room = asked.max_tokens * CHARS_PER_TOKEN
    for chars in TEXT_CHARS:
        shown = _shown(found, chars, len(found.candidates))
        if encoded_chars(shown) <= room:
            return shown
    for count in reversed(range(len(found.candidates))):
        shown = _shown(found, TEXT_CHARS[-1], count)
        if encoded_chars(shown) <= room:
            break
    return shown


def _shown(found: answer.Why, chars_max: int, count: int) -> WhyShown:
    is_cut = count < len(found.candidates) or chars_max < TEXT_CHARS[0]
    return WhyShown(
        trace_id=found.trace_id,
        error_id=found.error_id,
        error=None if found.error is None else shortened(found.error, chars_max),
        where=found.where,
        suspects=[shortened(each, chars_max) for each in found.suspects[:SUSPECTS_MAX]],
        candidates=[_candidate(each, chars_max) for each in found.candidates[:count]],
        note=found.note,
        more=_more(found, count) if is_cut else None,
    )


def _more(found: answer.Why, count: int) -> str:
    left_out = len(found.candidates) - count
    said = f"{left_out} candidates left out" if left_out else "long texts cut"
    return f"{said}: raise `max_tokens` (at most {ANSWER_TOKENS_MAX})"


def _candidate(candidate: answer.Candidate, chars_max: int) -> CauseShown:
    return CauseShown(
        kind=candidate.kind,
        event_id=candidate.event.id,
        event_kind=candidate.event.kind,
        event_text=shortened(candidate.event.text, chars_max),
        where=candidate.where,
        summary=shortened(candidate.summary, chars_max),
        evidence=[shortened(each, chars_max) for each in candidate.evidence[:EVIDENCE_MAX]],
        against=[shortened(each, chars_max) for each in candidate.against[:EVIDENCE_MAX]],
        chain=[_step(step, chars_max) for step in candidate.chain],
    )


def _step(step: answer.Step, chars_max: int) -> str:
    where = f" in {step.where}" if step.where else ""
    event = f" (event {step.event_id})" if step.event_id else ""
    return f"{shortened(step.text, chars_max)}{where}{event}"


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
