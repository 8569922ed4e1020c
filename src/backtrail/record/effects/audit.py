"""Hears of what Python reports of itself, through one audit hook.

An audit hook can never be taken out again, and it is called for every event of every kind: also
for `id(x)` and `sys._getframe()`. So there is one, it finds out in one look whether anybody wants
an event, and when nobody does it does nothing.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident
from collections.abc import Callable
from types import FrameType
from typing import Any

from backtrail.record import guard, switch

Arguments = tuple[Any, ...]
Handler = Callable[[Arguments, FrameType | None], object]
"""Takes an event's arguments, and the frame that did what the event reports; `None` when that
was Python itself, as it started the program."""

_wanted: dict[str, Callable[[Arguments], object]] = {}
_busy: set[int] = set()
"""Threads that record at this moment: what they do is not the program's."""
_installed: list[object] = []


def listen(event: str, handler: Handler) -> None:
    """Call a handler for an event from here on; it takes the place of the one before."""
    listen_plainly(event, _edge(event, handler))


def listen_plainly(event: str, take: Callable[[Arguments], object]) -> None:
    """Hand an event's arguments to a function that can neither raise nor cause events."""
    _wanted[event] = take
    if not _installed:
        hook = _make_hook(_wanted)
        _installed.append(hook)
        sys.addaudithook(hook)


def ignore(*events: str) -> None:
    """Let these events pass from here on."""
    for event in events:
        _wanted.pop(event, None)


class Quiet:
    """A stretch in which this thread records: what it does is not the program's."""

    __slots__ = ("is_outer", "thread")

    def __enter__(self) -> None:
        self.thread = get_ident()
        self.is_outer = self.thread not in _busy
        _busy.add(self.thread)

    def __exit__(self, *_: object) -> None:
        if self.is_outer:
            _busy.discard(self.thread)


def quietly(where: str, do: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Do something of ours amid the program, which sees nothing of it, also if it breaks."""
    thread = get_ident()
    if thread in _busy or not switch.is_enabled():
        return None
    _busy.add(thread)
    try:
        return do(*arguments, **options)
    except Exception as error:  # noqa: BLE001 - an edge: the program's own call
        guard.broke(where, error)
        return None
    finally:
        _busy.discard(thread)


def _make_hook(
    wanted: dict[str, Callable[[Arguments], object]],
) -> Callable[[str, Arguments], None]:
    # A closure: at the end of the interpreter the names of this module are gone.
    def hook(event: str, arguments: Arguments) -> None:
        if event in wanted:
            wanted[event](arguments)

    return hook


def _edge(event: str, handler: Handler) -> Callable[[Arguments], None]:
    """Keep what breaks in a handler, and what the handler does itself, away from the program."""
    frame_of = sys._getframe  # noqa: SLF001 - inspect costs start-up time
    busy, thread_of, is_enabled = _busy, get_ident, switch.is_enabled

    def handle(arguments: Arguments) -> None:
        thread = thread_of()
        if thread in busy or not is_enabled():
            return
        busy.add(thread)
        try:
            handler(arguments, frame_of(1).f_back)
        except Exception as error:  # noqa: BLE001 - an edge: the program's own call
            guard.broke(event, error)
        finally:
            busy.discard(thread)

    return handle


os.register_at_fork(after_in_child=_busy.clear)
