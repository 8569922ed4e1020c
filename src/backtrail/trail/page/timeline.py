"""The events of a trace that matter for its failure, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence

from backtrail.model.clock import NS_PER_MS
from backtrail.trail.page.material import Material
from backtrail.trail.page.section import Draft, Piece
from backtrail.trail.page.writing import one_line
from backtrail.trail.story import EventLine

LINE_CHARS = 400
LINE_CHARS_SHORT = 140
LEVELS = frozenset({"WARN", "WARNING", "ERROR", "CRITICAL", "FATAL"})
TROUBLE = frozenset(
    {
        "error.raised",
        "exception.handled",
        "journal.dropped",
        "lock.timed_out",
        "rate.limited",
        "validation.failed",
    }
)
"""Kinds that always tell of trouble."""
AFTER = 250
"""How much less an event is worth that came after the error."""
QUIET = frozenset({"clock.anchored", "process.started", "run.started"})
"""Kinds that say nothing of a failure that the page does not say elsewhere."""


def timeline_draft(material: Material) -> Draft | None:
    """Write the events of the trace: those on the way to the crash, trouble, what came before it.

    An event is worth the more, the nearer before the error it is.
    """
    lines = [line for line in material.events if line.kind not in QUIET]
    if not lines:
        return None
    crash = _crash(material, lines)
    crash_ns = material.error.time_unix_ns if material.error else lines[-1].time_unix_ns
    chain, candidates = material.chain_ids, material.candidate_ids
    pieces = []
    for position, line in enumerate(lines):
        distance = abs(crash - position) / len(lines)
        worth = 500 - 200 * distance
        if line.event_id in chain:
            worth = 905
        elif line.event_id in candidates:
            worth = 750
        elif _is_trouble(line):
            worth = 660 - 50 * distance
        pieces.append(
            Piece(
                text=_line(material, line, crash_ns, LINE_CHARS),
                short=_line(material, line, crash_ns, LINE_CHARS_SHORT),
                worth=worth if position <= crash else worth - AFTER,
            )
        )
    return Draft(
        name="timeline",
        title="Timeline (milliseconds before or after the error)",
        pieces=pieces,
        noun="event",
        command=f"backtrail show {material.id_shown} --all",
        share=0.45,
        unread=max(0, material.story.event_count - len(material.events)),
    )


def _crash(material: Material, lines: Sequence[EventLine]) -> int:
    """Return the position of the error among the events, or of the last one before it."""
    if material.error is None:
        return len(lines) - 1
    before = 0
    for position, line in enumerate(lines):
        if line.body.get("error_id") == material.error.error_id and line.kind == "error.raised":
            return position
        if line.time_unix_ns <= material.error.time_unix_ns:
            before = position
    return before


def _is_trouble(line: EventLine) -> bool:
    body = line.body
    status = body.get("status")
    return bool(
        line.kind in TROUBLE
        or str(body.get("level", "")).upper() in LEVELS
        or body.get("error")
        or body.get("is_timeout")
        or body.get("is_missing")
        or body.get("is_complete") is False
        or (isinstance(status, int) and status >= 400)  # noqa: PLR2004 - HTTP's first error
    )


def _line(material: Material, line: EventLine, crash_ns: int, chars_max: int) -> str:
    offset_ms = (line.time_unix_ns - crash_ns) / NS_PER_MS
    text = one_line(line.text, chars_max)
    who = f" [{line.task or line.thread}]" if line.task or line.thread else ""
    return f"- `{offset_ms:+,.1f}`{who} {text} `{material.shown_id(line.event_id)}`"
