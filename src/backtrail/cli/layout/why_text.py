"""The likely causes of a failure, as text."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.cli.failure_text import Page
from backtrail.cli.text import cut, tone, wrap
from backtrail.trail.cause.answer import Candidate, Step, Why
from backtrail.trail.moment import duration_text

SUSPECTS_SHOWN = 4
SUMMARY_LINES, EVIDENCE_LINES, STEP_LINES = 3, 2, 2


def why_lines(answer: Why, page: Page) -> Iterator[str]:
    """Yield the page: what failed, then each candidate with what speaks for and against it."""
    if answer.error is not None:
        yield from (tone(line, "bad title") for line in wrap(_line(answer.error), page.width, 2))
        yield f"  in {answer.where or 'code of a library'}"
    if answer.suspects:
        looked = "  looked for " + "; ".join(answer.suspects[:SUSPECTS_SHOWN])
        yield tone(cut(_line(looked, indent=2), page.width), "quiet")
    if not answer.candidates:
        yield ""
        yield f"No cause is named: {answer.note}."
        yield ""
        yield tone("next", "heading")
        yield f"  {tone('backtrail show', 'code')}  {tone('what happened, step by step', 'quiet')}"
        return
    for rank, candidate in enumerate(answer.candidates, start=1):
        yield ""
        yield from _candidate_lines(rank, candidate, page)
    yield from _notes(answer)


def _notes(answer: Why) -> Iterator[str]:
    if answer.compared_with or answer.note:
        yield ""
    if answer.compared_with:
        yield tone(f"compared with {answer.compared_with}, which went well", "quiet")
    if answer.note:
        yield tone(answer.note, "warn")


def _candidate_lines(rank: int, candidate: Candidate, page: Page) -> Iterator[str]:
    kind = candidate.kind.replace("_", " ")
    before = duration_text(candidate.event.before_ms)
    head = tone(f"{rank}. {kind}", "heading")
    yield f"{head}  {candidate.where or ''}  {tone(f'{before} before', 'quiet')}"
    for line in wrap(_line(candidate.summary), page.width - 3, SUMMARY_LINES):
        yield f"   {line}"
    yield from _marked("+", "good", candidate.evidence, page)
    yield from _marked("-", "bad", candidate.against, page)
    if rank == 1:
        yield f"   {tone('from there to the failure', 'heading')}"
        for step in candidate.chain:
            yield from _step_lines(step, page)
    yield tone(f"   event {candidate.event.id}", "quiet")


def _marked(mark: str, meaning: str, texts: list[str], page: Page) -> Iterator[str]:
    for text in texts:
        first, *rest = wrap(_line(text), page.width - 5, EVIDENCE_LINES)
        yield f"   {tone(mark, meaning)} {first}"
        yield from (f"     {line}" for line in rest)


def _step_lines(step: Step, page: Page) -> Iterator[str]:
    where = f"{step.where}  " if step.where else ""
    first, *rest = wrap(_line(f"{where}{step.text}"), page.width - 7, STEP_LINES)
    yield f"     {tone('→', 'good') if step.event_id else tone('✗', 'bad')} {first}"
    yield from (f"       {line}" for line in rest)


def _line(text: str, *, indent: int = 0) -> str:
    return " " * indent + " ".join(text.split())
