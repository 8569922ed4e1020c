"""The likely cause on a page: what speaks for it and against it, and the way to the crash."""

from __future__ import annotations

from backtrail.trail.cause.answer import Candidate, Step
from backtrail.trail.page.material import Material
from backtrail.trail.page.section import Draft, Piece
from backtrail.trail.page.writing import one_line

EVIDENCE_CHARS = 600
EVIDENCE_CHARS_SHORT = 160
NOTHING = "No recorded event qualifies as the cause."


def cause_draft(material: Material) -> Draft | None:
    """Write which event the trouble entered by, and what else it may have been."""
    why = material.why
    if why is None:
        return None
    pieces = []
    if not why.candidates:
        pieces.append(Piece(text=why.note or NOTHING, worth=980))
    for rank, candidate in enumerate(why.candidates):
        pieces += _candidate(material, candidate, rank)
    return Draft(
        name="cause",
        title="Likely cause",
        pieces=pieces,
        noun="line",
        command=f"backtrail why {material.id_shown}",
        share=0.45,
    )


def chain_draft(material: Material) -> Draft | None:
    """Write the way from the likeliest cause to the crash, step by step."""
    why = material.why
    if why is None or not why.candidates or not why.candidates[0].chain:
        return None
    pieces = [
        Piece(
            text=_step(material, number, step, EVIDENCE_CHARS),
            short=_step(material, number, step, EVIDENCE_CHARS_SHORT),
            worth=950 - number,
        )
        for number, step in enumerate(why.candidates[0].chain, start=1)
    ]
    return Draft(
        name="chain",
        title="From the cause to the crash",
        pieces=pieces,
        noun="step",
        command=f"backtrail why {material.id_shown}",
        share=0.3,
    )


def _candidate(material: Material, candidate: Candidate, rank: int) -> list[Piece]:
    """Write one candidate: the first in full, the others in a line and their best evidence."""
    event = candidate.event
    head = f"{rank + 1}. **{one_line(candidate.summary, EVIDENCE_CHARS)}** ({candidate.kind}"
    head += f", in `{candidate.where}`" if candidate.where else ""
    says = f"   event `{material.shown_id(event.id)}`"
    said = event.text.removeprefix(candidate.summary).lstrip(" ·")
    says += ": " if said else ""
    first = rank == 0
    pieces = [
        Piece(
            text=f"{head})\n{says}{one_line(said, EVIDENCE_CHARS)}",
            short=f"{one_line(head, EVIDENCE_CHARS)})\n"
            f"{says}{one_line(said, EVIDENCE_CHARS_SHORT)}",
            worth=990 if first else 800 - 20 * rank,
        )
    ]
    for number, line in enumerate(candidate.evidence):
        pieces.append(_indented("for", line, (965 if first else 700 - 20 * rank) - number))
    for number, line in enumerate(candidate.against):
        pieces.append(_indented("against", line, (840 if first else 690 - 20 * rank) - number))
    return pieces


def _indented(word: str, line: str, worth: float) -> Piece:
    return Piece(
        text=f"   - {word}: {one_line(line, EVIDENCE_CHARS)}",
        short=f"   - {word}: {one_line(line, EVIDENCE_CHARS_SHORT)}",
        worth=worth,
    )


def _step(material: Material, number: int, step: Step, chars_max: int) -> str:
    where = f" in `{step.where}`" if step.where else ""
    event = f" (event `{material.shown_id(step.event_id)}`)" if step.event_id else ""
    return f"{number}. {one_line(step.text, chars_max)}{where}{event}"
