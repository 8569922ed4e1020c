"""A page as text: Markdown for reading, JSON for programs, both within the page's size.

A token is taken for four characters. That is an estimate: English prose has a little more
characters to a token, code and numbers have fewer.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from backtrail.model.limits.reading import BUNDLE_TOKENS_MIN
from backtrail.trail.page.fitting import fit
from backtrail.trail.page.section import Draft, LeftOut, Page, Section

CHARS_PER_TOKEN = 4
_LEFT_OUT = "## Left out\n"
_SECTION_CHARS = len("## \n\n\n")
_SECTION_JSON_CHARS = 100
"""Names of members, indents and quotes of one section in JSON."""
_NOTE_JSON_CHARS = 8
"""Its indent, comma and line break."""
_PAGE_JSON_CHARS = 200
"""Names of members and what stands between them."""
_COUNT_MAX = 10**9
_PICTURES = {
    **{code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"},
    **dict.fromkeys([*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"),
}
"""What a terminal would obey, each as one character that can be seen: a page keeps its size."""


def fitted_page(
    drafts: Sequence[Draft],
    *,
    title: str,
    trace_id: str,
    error_id: str | None,
    budget_tokens: int,
    is_json: bool = False,
) -> Page:
    """Make the page that has as much of the drafts as its size allows.

    Args:
        drafts: what it could hold, in the order of reading.
        title: its first line; cut where it is longer than a part of the page.
        trace_id: the trace that it is about.
        error_id: the error that it is about.
        budget_tokens: its size; never exceeded by the form that it is written in.
        is_json: whether it is to be written as JSON.
    """
    assert budget_tokens >= BUNDLE_TOKENS_MIN, budget_tokens
    chars = budget_tokens * CHARS_PER_TOKEN
    title = one_line(title, chars // 8)
    notes = [_possible_note(draft) for draft in drafts]
    if is_json:
        fixed = _PAGE_JSON_CHARS + _json_cost(title) + len(trace_id) + len(error_id or "")
        fixed += sum(_json_cost(note) + _NOTE_JSON_CHARS for note in notes)
        fitted = fit(drafts, chars - fixed, cost=_json_cost, section_chars=_SECTION_JSON_CHARS)
    else:
        fixed = len(f"# {title}\n\n{_LEFT_OUT}\n") + sum(len(f"- {note}\n") for note in notes)
        fitted = fit(drafts, chars - fixed, section_chars=_SECTION_CHARS)
    return Page(
        trace_id=trace_id,
        error_id=error_id,
        title=title,
        budget_tokens=budget_tokens,
        sections=fitted.sections,
        left_out=[note_text(missing) for missing in fitted.left_out],
    )


def markdown(page: Page) -> str:
    """Write a page as Markdown."""
    parts = [f"# {page.title}\n", *(_section_text(section) for section in page.sections)]
    if page.left_out:
        parts.append("\n".join([_LEFT_OUT, *(f"- {note}" for note in page.left_out)]))
    return "\n".join(parts).rstrip("\n").translate(_PICTURES)


def note_text(missing: LeftOut) -> str:
    """Say what is not on a page, and how to see it."""
    said = []
    if missing.count:
        said.append(f"{missing.count:,} {_counted(missing.noun, missing.count)} left out")
    if missing.shortened:
        said.append(f"{missing.shortened:,} shortened")
    return f"{missing.section}: {', '.join(said)}; `{missing.command}`"


def shortened(text: str, chars_max: int) -> str:
    """Cut a text that is longer; it then ends in how much is missing."""
    rest = len(text) - chars_max
    return text if rest <= 0 else f"{text[:chars_max]}… ({rest:,} more chars)"


def one_line(text: str, chars_max: int) -> str:
    """Bring what a program recorded to one line, so that it cannot pass for a part of the page."""
    return shortened(" ".join(text.split()), chars_max)


def quoted(text: str, chars_max: int) -> str:
    """Quote what a program recorded, its lines kept."""
    return "\n".join(f"> {line}" for line in shortened(text, chars_max).splitlines())


def tokens(text: str) -> int:
    """Estimate how many tokens a text is."""
    return -(-len(text) // CHARS_PER_TOKEN)


def _section_text(section: Section) -> str:
    return f"## {section.title}\n\n{section.text}\n"


def _counted(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}s"


def _possible_note(draft: Draft) -> str:
    """Write the longest note that may have to be made of a section."""
    return note_text(
        LeftOut(
            section=draft.name,
            count=min(_COUNT_MAX, len(draft.pieces) + draft.unread) or 1,
            shortened=len(draft.pieces) or 1,
            noun=draft.noun + "s",
            command=draft.command,
        )
    )


def _json_cost(text: str) -> int:
    return len(msgspec.json.encode(text).decode())
