"""Files that the user's own code opened, with what the small texts among them held.

A program may open any number of files, so each place in the code is recorded so many times in a
trace. Once a place is beyond that, opening is no longer looked at, which costs next to nothing,
until something else happens that is worth a look; the last few files are kept in mind meanwhile,
and recorded when an error comes.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from types import FrameType
from typing import Any, Literal

from backtrail.model.effects import FileOpened
from backtrail.model.event import Place
from backtrail.model.limits import CALLS_MAX, OPENS_FULL_MAX, OPENS_LAST_MAX, OPENS_MAX
from backtrail.record import guard
from backtrail.record.capture.callers import callers
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.effects import audit, changes
from backtrail.record.effects.contents import Content, content, look
from backtrail.record.effects.origin import is_library, origin, tell
from backtrail.record.effects.paths import is_code, is_probe, is_users, path_of
from backtrail.record.effects.quota import Quota
from backtrail.record.occurrence.raised import before_error

Mode = Literal["read", "write", "append", "update"]


_quota = Quota(OPENS_MAX, "file opened")
_last: deque[tuple[Any, ...]] = deque(maxlen=OPENS_LAST_MAX)
"""What was opened beyond that, the newest last."""
_many: list[tuple[str, list[Place]]] = []
"""The folder of these files, and the place that opens so many."""
_locking = [False]
"""Whether the program holds locks on files, which end when anybody in the process closes one."""


def watch() -> None:
    """Record from here on which files are opened and changed."""
    _quota.forget()
    audit.listen("open", _opened)
    for event in ("fcntl.lockf", "fcntl.fcntl"):
        audit.listen(event, _locked)
    changes.watch()
    if _tell_last not in before_error:
        before_error.append(_tell_last)


def unwatch() -> None:
    """Record it no more."""
    audit.ignore("open", "fcntl.lockf", "fcntl.fcntl", "sys._getframe")
    changes.unwatch()
    if _tell_last in before_error:
        before_error.remove(_tell_last)
    _last.clear()
    _locking[0] = False


def _locked(_arguments: audit.Arguments, _frame: FrameType | None) -> None:
    _locking[0] = True


def _opened(arguments: audit.Arguments, frame: FrameType | None) -> None:
    """Record that a file is opened, if the user's own code does it."""
    given, mode, flags = arguments
    path = path_of(given)
    if path is None or is_code(path):
        return
    if is_probe(frame):
        return
    app = origin(frame)
    if app is None or (mode is None and path[:1] != "/" and is_library(frame)):
        # A library may mean a path within a folder that it has opened, and does not tell.
        return
    path = os.path.abspath(path)
    if not is_users(path):
        return
    left = _quota.left(app)
    if left:
        is_full = left > OPENS_MAX - OPENS_FULL_MAX
        _tell_opened(path, flags, callers(app, CALLS_MAX), is_full=is_full)
        return
    _last.append(arguments)
    _many[:] = [(os.path.dirname(path), callers(app, CALLS_MAX))]
    audit.listen_plainly("open", _last.append)
    audit.listen_plainly("sys._getframe", _look_again)


def _look_again(_arguments: audit.Arguments) -> None:
    """Look at what is opened again, because something else happens that looks at the stack."""
    audit.ignore("sys._getframe")
    audit.listen("open", _opened)


def _tell_last(_error: BaseException) -> None:
    """Record the last files that were opened unrecorded, since an error may come of one of them."""
    with audit.Quiet():
        for given, _mode, flags in tuple(_last):
            path = path_of(given)
            if path is None or is_code(path) or not is_users(path := os.path.abspath(path)):
                continue
            folder, calls = _many[0]
            is_there = os.path.dirname(path) == folder
            _tell_opened(path, flags, calls if is_there else [], is_full=True)
    # Also what we opened ourselves meanwhile.
    _last.clear()


def mode_of(flags: object) -> Mode:
    """Return what a file is opened for."""
    if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR):
        return "read"
    if flags & os.O_APPEND:
        return "append"
    is_made = flags & os.O_CREAT and flags & os.O_EXCL
    return "write" if flags & os.O_TRUNC or is_made or not flags & os.O_RDWR else "update"


def _tell_opened(path: str, flags: object, calls: list[Place], *, is_full: bool) -> None:
    walk, mode = Walk(), mode_of(flags)
    is_made = isinstance(flags, int) and bool(flags & os.O_CREAT)
    try:
        known = look(path)
    except (OSError, ValueError):
        # The program is about to be told so itself.
        return
    if known is not None and stat.S_ISDIR(known.st_mode):
        return
    held = Content()
    if known is not None and mode in {"read", "update"} and is_full:
        if _locking[0]:
            guard.count("file not read: the program holds locks")
        else:
            held = content(path, known, walk)
    body = FileOpened(
        path=shown_text(path, walk),
        mode=mode,
        bytes=None if known is None else known.st_size,
        sha256=held.sha256,
        content=held.text,
        is_cut=held.is_cut,
        is_missing=known is None and not is_made,
        caller=calls[0] if calls else None,
        calls=calls,
    )
    tell("file.opened", body, walk)
