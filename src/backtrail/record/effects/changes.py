"""Files and folders that the user's own code removed, renamed, copied or made."""

from __future__ import annotations

import os
import sys
from types import FrameType

from backtrail.model.effects import DirectoryChanged, FileChanged
from backtrail.model.limits import CALLS_MAX, CHANGES_MAX
from backtrail.record.capture.callers import callers
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.effects import audit
from backtrail.record.effects.origin import origin, tell
from backtrail.record.effects.paths import is_code, is_probe, is_users, path_of
from backtrail.record.effects.quota import Quota

ACTIONS: dict[str, tuple[str, int, int]] = {
    "os.remove": ("removed", 1, 1),
    "os.rename": ("renamed", 2, 2),
    "os.mkdir": ("made", 1, 2),
    "os.rmdir": ("removed", 1, 1),
    "os.truncate": ("truncated", 1, 2),
    "os.link": ("linked", 2, 2),
    "os.symlink": ("linked", 2, 2),
    "os.chmod": ("permitted", 1, 2),
    "shutil.copyfile": ("copied", 2, 2),
    "shutil.rmtree": ("removed", 1, 1),
}
"""By event: what is done, how many of its arguments are paths, and from which argument on there
are descriptors of folders in which these paths lie."""
_IN_PASSING = frozenset({"os.remove", "os.rmdir", "os.chmod"})
"""What `shutil` does on the way to something that it reports as a whole."""
_HERE = -1
"""A descriptor of a folder that is none: the path starts at the working directory."""

_quota = Quota(CHANGES_MAX, "file changed")


def watch() -> None:
    """Record from here on what is changed."""
    _quota.forget()
    for event, (action, paths, folders) in ACTIONS.items():
        audit.listen(event, _handler(event, action, paths, folders))
    audit.listen("os.chdir", _went)


def unwatch() -> None:
    """Record it no more."""
    audit.ignore("os.chdir", *ACTIONS)


def _handler(event: str, action: str, number: int, folders: int) -> audit.Handler:
    def changed(arguments: audit.Arguments, frame: FrameType | None) -> None:
        if any(type(folder) is int and folder != _HERE for folder in arguments[folders:]):
            # A path within a folder of which only the descriptor is known.
            return
        if event in _IN_PASSING and (_is_shutil(frame) or is_probe(frame)):
            return
        app = origin(frame)
        paths = [_whole(path) for path in arguments[:number]]
        first = paths[0]
        if app is None or first is None or not is_users(first) or is_code(first):
            return
        if _quota.left(app, event):
            _tell_changed(action, first, paths[1] if number > 1 else None, app)

    return changed


def _is_shutil(frame: FrameType | None) -> bool:
    shutil = sys.modules.get("shutil")
    return frame is not None and frame.f_globals is getattr(shutil, "__dict__", None)


def _whole(given: object) -> str | None:
    path = path_of(given)
    return None if path is None else os.path.abspath(path)


def _tell_changed(action: str, path: str, target: str | None, app: FrameType) -> None:
    walk, calls = Walk(), callers(app, CALLS_MAX)
    body = FileChanged(
        action=action,
        path=shown_text(path, walk),
        target=None if target is None else shown_text(target, walk),
        caller=calls[0],
        calls=calls,
    )
    tell("file.changed", body, walk)


def _went(arguments: audit.Arguments, frame: FrameType | None) -> None:
    """Record that the process goes to another folder."""
    app = origin(frame)
    path = path_of(arguments[0])
    if app is None or path is None or not _quota.left(app, "os.chdir"):
        return
    try:
        before: str | None = os.getcwd()
    except OSError:
        before = None
    walk, calls = Walk(), callers(app, CALLS_MAX)
    body = DirectoryChanged(
        before=None if before is None else shown_text(before, walk),
        after=shown_text(os.path.abspath(path), walk),
        caller=calls[0],
        calls=calls,
    )
    tell("directory.changed", body, walk)
