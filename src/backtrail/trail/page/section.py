"""What a page is made of: sections, and the pieces from which a section is filled."""

from __future__ import annotations

from msgspec import Struct


class Piece(Struct, frozen=True, kw_only=True):
    """The smallest part of a section that is kept or left out as one."""

    text: str
    """Markdown, without a line break at its end."""
    worth: float
    """How useful it is: of all pieces of a page, those with most of it are kept first."""
    short: str | None = None
    """What stands in its place where there is no room for it."""


class Draft(Struct, frozen=True, kw_only=True):
    """All that a section could hold."""

    name: str
    """By which it is asked for: `cause`, `timeline`."""
    title: str
    pieces: list[Piece]
    """In the order of reading."""
    noun: str
    """What a piece of it is: `event`, `variable`."""
    command: str
    """The command that shows all of it."""
    share: float = 1.0
    """The part of the page that it may take at most, unless nothing else is on it."""
    unread: int = 0
    """Pieces that there are beyond those which were read."""


class Section(Struct, frozen=True, kw_only=True):
    """A section as it is on the page."""

    name: str
    title: str
    text: str
    """Markdown."""


class LeftOut(Struct, frozen=True, kw_only=True):
    """What a page has no room for."""

    section: str
    count: int
    """Pieces of the section that are not there."""
    shortened: int
    """Pieces that are there in part."""
    noun: str
    command: str
    """The command that shows all of it."""


class Page(Struct, frozen=True, kw_only=True):
    """What is known of a failure, the most useful first, in a bounded size."""

    trace_id: str
    error_id: str | None
    title: str
    budget_tokens: int
    """The size that was asked for, at four characters a token."""
    sections: list[Section]
    left_out: list[str]
    """What there was no room for, and the command that shows it."""
