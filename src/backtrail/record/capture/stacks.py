"""What every thread is doing, and what it waits for.

No lock of the program or of `threading` is taken: a signal handler or a thread that holds one may
be asking.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from types import FrameType
from typing import Any

from backtrail.model.kinds import Stack
from backtrail.model.limits import THREADS_MAX
from backtrail.record.capture.frames import calls_of_stack, running_frames
from backtrail.record.capture.places import OWN_CODE
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.capture.waits import wait_of


def thread_stacks(
    walk: Walk, *, with_locals: bool = False, without: int | None = None
) -> list[Stack]:
    """Return the stack of every thread but one, in the order in which they were started."""
    present = get_ident()
    stacks = []
    for thread, frame, known in running_threads(without=without):
        calls = calls_of_stack(frame)
        wait = wait_of(calls) if calls else None
        frames = running_frames(calls, walk, with_locals=with_locals)
        stacks.append(
            Stack(
                name=shown_text(thread_name(known, thread), walk),
                frames=frames,
                waits_for=shown_text(wait.text, walk) if wait and thread != present else None,
                is_current=thread == present,
                is_daemon=bool(getattr(known, "_daemonic", False)),
            )
        )
    return stacks


def running_threads(*, without: int | None = None) -> list[tuple[int, FrameType | None, Any]]:
    """Return identity, present frame and, where it is known, `Thread` of each thread but one.

    Of the thread that asks it is the frame that called the recorder: a function that holds its own
    frame would keep everything on its stack until the next garbage collection.
    """
    frames: dict[int, FrameType | None] = {**sys._current_frames()}  # noqa: SLF001 - as documented
    present = get_ident()
    frames[present] = None
    if without is not None:
        frames.pop(without, None)
    if not frames:
        return []
    if present in frames:
        frames[present] = _frame_outside()
    known = known_threads()
    order = [
        *(thread for thread in known if thread in frames),
        *(t for t in frames if t not in known),
    ]
    return [(thread, frames[thread], known.get(thread)) for thread in order[:THREADS_MAX]]


def _frame_outside() -> FrameType | None:
    """Return the innermost frame of this thread that is not of the recorder."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to a frame
    while frame is not None and frame.f_code.co_filename.startswith(OWN_CODE):
        frame = frame.f_back
    return frame


def known_threads() -> dict[int, Any]:
    """Return the threads that `threading` knows, in the order in which they were started."""
    threading = sys.modules.get("threading")
    return dict(getattr(threading, "_active", ()))


def thread_name(known: Any, thread: int) -> str:
    """Return the name of a thread; one that `threading` does not know is named by its identity."""
    name = getattr(known, "_name", None)
    return name if type(name) is str else f"thread-{thread}"
