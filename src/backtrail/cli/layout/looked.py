"""The trace that a page is about: its title, short ids of its events, what a list leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct

from backtrail.cli.text import counted, cut, tone
from backtrail.store.answers import TraceSummary
from backtrail.trail.wording import trace_name

NAME_WIDTH = 60
T = TypeVar("T")


class Looked(Struct, frozen=True, kw_only=True):
    """The trace that is looked at, and how the ids of its events are printed."""

    summary: TraceSummary
    processes: dict[str, str]

    def event_id(self, event_id: str) -> str:
        """Shorten the id of an event as far as it still names it."""
        process, _, seq = event_id.rpartition(":")
        return f"{self.processes.get(process, process)}:{seq}"

    def title(self, what: str, mood: str = "heading") -> str:
        """Write the first line of a view: the name of the trace, and what is told of it."""
        name = cut(trace_name(self.summary.name, self.summary.command), NAME_WIDTH)
        return f"{tone(name, mood)}: {what}"


def left_out(number: int, noun: str, *, where: str = "") -> list[str]:
    """Say how many there are besides, if there are any."""
    return [tone(f"… {counted(number, noun)}{where}", "quiet")] if number > 0 else []


def last_of(items: Iterable[T], number: int) -> tuple[list[T], int]:
    """Return the last items, and how many come before them."""
    listed = list(items)
    shown = listed[max(0, len(listed) - number) :]
    return shown, len(listed) - len(shown)
