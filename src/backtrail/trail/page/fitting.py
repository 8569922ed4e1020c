"""Fits a page into its size: the most useful pieces are taken first, until there is no room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from backtrail.trail.page.section import Draft, LeftOut, Piece, Section

Cost = Callable[[str], int]
"""How many characters a text takes once it is written."""


class Fitted(Struct, frozen=True, kw_only=True):
    """What there is room for, and what there is not."""

    sections: list[Section]
    left_out: list[LeftOut]


class _Filling(Struct, kw_only=True):
    """A section while it is being filled."""

    draft: Draft
    opening_chars: int
    taken: dict[int, str]
    """Text by the position of its piece."""
    spent: int = 0
    shortened: int = 0


def fit(
    drafts: Sequence[Draft], chars_max: int, *, cost: Cost = len, section_chars: int = 0
) -> Fitted:
    """Choose what of the drafts is on a page of so many characters.

    A piece that has no room is tried in its short form, and left out when that has none either.
    The order of the sections, and of the pieces in them, is kept.

    Args:
        drafts: the sections, in the order of reading.
        chars_max: characters for all sections together.
        cost: how many characters a text takes once it is written.
        section_chars: what each section that is there takes beside its title and its pieces.
    """
    fillings = [
        _Filling(draft=draft, taken={}, opening_chars=cost(draft.title) + section_chars)
        for draft in drafts
    ]
    spent = 0
    for filling, position, piece in _by_worth(fillings):
        opening = 0 if filling.taken else filling.opening_chars
        room = min(chars_max - spent, int(chars_max * filling.draft.share) - filling.spent)
        for is_short, text in enumerate((piece.text, piece.short)):
            if text is None or (price := opening + cost(text) + cost("\n")) > room:
                continue
            filling.taken[position] = text
            filling.shortened += is_short
            filling.spent += price
            spent += price
            break
    return Fitted(
        sections=[_section(filling) for filling in fillings if filling.taken],
        left_out=[missing for filling in fillings if (missing := _left_out(filling))],
    )


def _by_worth(fillings: Iterable[_Filling]) -> list[tuple[_Filling, int, Piece]]:
    pieces = [
        (filling, position, piece)
        for filling in fillings
        for position, piece in enumerate(filling.draft.pieces)
    ]
    return sorted(pieces, key=lambda each: -each[2].worth)


def _section(filling: _Filling) -> Section:
    lines = [text for _, text in sorted(filling.taken.items())]
    return Section(name=filling.draft.name, title=filling.draft.title, text="\n".join(lines))


def _left_out(filling: _Filling) -> LeftOut | None:
    draft = filling.draft
    count = len(draft.pieces) - len(filling.taken) + draft.unread
    if not count and not filling.shortened:
        return None
    return LeftOut(
        section=draft.name,
        count=count,
        shortened=filling.shortened,
        noun=draft.noun,
        command=draft.command,
    )
