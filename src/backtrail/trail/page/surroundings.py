"""Where a program ran: its command, folder, Python, processes, and what was lost of it."""

from __future__ import annotations

from backtrail.trail.page.material import ID_SHOWN, Material
from backtrail.trail.page.section import Draft, Piece
from backtrail.trail.page.writing import one_line
from backtrail.trail.wording import command_text

COMMAND_CHARS = 600
NAME_CHARS = 120
PROCESSES_SHOWN = 8


def surroundings_draft(material: Material) -> Draft:
    """Write what is known of the surroundings of a failure."""
    story = material.story
    lines = [
        f"- command: `{one_line(command_text(story.command), COMMAND_CHARS)}`",
        f"- folder: {one_line(story.cwd or 'unknown', COMMAND_CHARS)}",
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
    pieces += [
        Piece(text=f"- span left open: {one_line(span.name, NAME_CHARS)}", worth=540 - rank)
        for rank, span in enumerate(material.error.open_spans if material.error else [])
    ]
    missing = [f"not recorded: {loss.reason}, {loss.count:,}" for loss in story.lost]
    missing += [gap.text for gap in story.gaps] + story.notes
    missing += [f"{each.relation} {each.trace_id[:ID_SHOWN]}" for each in story.related]
    pieces += [
        Piece(text=f"- {one_line(line, COMMAND_CHARS)}", worth=600 - rank)
        for rank, line in enumerate(missing)
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
