"""Where a program ran: its command, folder, Python, processes, and what was lost of it."""

from __future__ import annotations

from backtrail.trail.page.material import Material
from backtrail.trail.page.section import Draft, Piece
from backtrail.trail.page.writing import shortened
from backtrail.trail.wording import command_text

COMMAND_CHARS = 600
PROCESSES_SHOWN = 8


def surroundings_draft(material: Material) -> Draft:
    """Write what is known of the surroundings of a failure."""
    story = material.story
    lines = [
        f"- command: `{shortened(command_text(story.command), COMMAND_CHARS)}`",
        f"- folder: {story.cwd or 'unknown'}",
        f"- began: {story.time}",
        f"- events: {story.event_count:,}, errors: {story.error_count:,}",
    ]
    pieces = [Piece(text=line, worth=720 - rank) for rank, line in enumerate(lines)]
    pieces += [
        Piece(
            text=f"- process {each.pid}: Python {each.python}, {each.ending}"
            f"{f', session {story.session}' if story.session else ''}",
            worth=520 - rank,
        )
        for rank, each in enumerate(story.processes[:PROCESSES_SHOWN])
    ]
    if material.error is not None:
        pieces += [
            Piece(text=f"- span left open: {span.name} ({span.open_ms:,.1f} ms)", worth=540 - rank)
            for rank, span in enumerate(material.error.open_spans)
        ]
    pieces += [
        Piece(text=f"- not recorded: {loss.reason}, {loss.count:,}", worth=600 - rank)
        for rank, loss in enumerate(story.lost)
    ]
    return Draft(
        name="environment",
        title="Environment",
        pieces=pieces,
        noun="line",
        command=f"backtrail show {material.id_shown}",
        share=0.15,
        unread=max(0, len(story.processes) - PROCESSES_SHOWN),
    )
