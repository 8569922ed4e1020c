"""Composes the page about a failure: which sections it has, and in which order."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from msgspec import structs

from backtrail.trail.page.failing import code_draft, error_draft, locals_draft
from backtrail.trail.page.material import Material
from backtrail.trail.page.payloads import payloads_draft
from backtrail.trail.page.section import Page, Piece
from backtrail.trail.page.surroundings import surroundings_draft
from backtrail.trail.page.suspected import cause_draft, chain_draft
from backtrail.trail.page.timeline import timeline_draft
from backtrail.trail.page.waiting import waiting_draft
from backtrail.trail.page.writing import fitted_page

DRAFTS = {
    "error": error_draft,
    "cause": cause_draft,
    "chain": chain_draft,
    "code": code_draft,
    "locals": locals_draft,
    "locks": waiting_draft,
    "payloads": payloads_draft,
    "timeline": timeline_draft,
    "environment": surroundings_draft,
}
"""What a page may have, in the order of reading."""


def page(
    material: Material,
    *,
    budget_tokens: int,
    sections: Collection[str] = (),
    is_json: bool = False,
    command: Callable[[str], str] | None = None,
) -> Page:
    """Make the page about a trace, with as much as there is room for.

    Args:
        material: what is known.
        budget_tokens: the size of the page; see `writing.fitted_page`.
        sections: names out of `DRAFTS`, where not all are wanted.
        is_json: whether it is to be written as JSON.
        command: how to see all of a section, by its name, where that is not a command line.
    """
    drafts = [
        structs.replace(
            draft,
            pieces=_from_folder(draft.pieces, material.story.cwd),
            command=draft.command if command is None else command(name),
        )
        for name, make in DRAFTS.items()
        if (not sections or name in sections) and (draft := make(material)) is not None
    ]
    return fitted_page(
        drafts,
        title=_title(material),
        trace_id=material.story.trace_id,
        error_id=material.error.error_id if material.error else None,
        budget_tokens=budget_tokens,
        is_json=is_json,
    )


def _from_folder(pieces: list[Piece], folder: str | None) -> list[Piece]:
    """Write paths from the folder in which the program ran, which the page names once."""
    if folder is None or folder == "/":
        return pieces
    path = re.compile(rf"(?<![\w/.:~-]){re.escape(folder)}/")
    return [
        structs.replace(
            piece,
            text=path.sub("", piece.text),
            short=None if piece.short is None else path.sub("", piece.short),
        )
        for piece in pieces
    ]


def _title(material: Material) -> str:
    error, story = material.error, material.story
    if error is not None:
        return f"{error.type} in {story.name}"
    return f"{story.name} ({story.status})"
