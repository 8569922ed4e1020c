"""Locks that a failure may come from: deadlocks, conflicting orders, waits that were given up."""

from __future__ import annotations

from backtrail.trail.page.material import Material
from backtrail.trail.page.section import Draft, Piece
from backtrail.trail.page.writing import one_line
from backtrail.trail.views.lock_timeline import LockStep
from backtrail.trail.views.locking.order import Inversion

LINE_CHARS = 600


def waiting_draft(material: Material) -> Draft | None:
    """Write what went wrong with locks; a trace in which nothing did has no such section."""
    locks = material.story.locks
    pieces = [
        Piece(text=f"- {each.mechanism}: {one_line('; '.join(each.locks), LINE_CHARS)}", worth=925)
        for each in locks.deadlocks
        if each.locks
    ]
    pieces += [
        Piece(text=_order(inversion), worth=700 - rank)
        for rank, inversion in enumerate(locks.inversions)
        if not inversion.guarded_by and not inversion.is_one_owner
    ]
    pieces += [
        Piece(text=_wait(material, step), worth=670 - rank)
        for rank, step in enumerate(reversed(locks.steps))
        if step.what == "wait" and step.outcome in {"timed_out", "open"}
    ]
    if not pieces:
        return None
    return Draft(
        name="locks",
        title="Locks",
        pieces=pieces,
        noun="line",
        command=f"backtrail locks {material.id_shown}",
        share=0.2,
    )


def _order(inversion: Inversion) -> str:
    return f"- taken in conflicting orders: {one_line(', '.join(inversion.locks), LINE_CHARS)}"


def _wait(material: Material, step: LockStep) -> str:
    how = "gave up waiting for" if step.outcome == "timed_out" else "was waiting for"
    took = f" after {step.took_ms:,.1f} ms" if step.took_ms is not None else ""
    holder = f", held by {one_line(step.holder, LINE_CHARS)}" if step.holder else ""
    return f"- {step.owner} {how} {step.lock}{took}{holder} `{material.shown_id(step.event_id)}`"
