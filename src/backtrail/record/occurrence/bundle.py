"""When the file of an error is written, and that it is whole.

Making a file costs more than all else that a record costs, and the journal has what it says. So
it is made at once only of an error that may end the program; of the others the newest wait until
recording stops. What was killed before that, the store writes when it next indexes the journal.
"""

from __future__ import annotations

import atexit
import os
from collections import deque

from backtrail.model.bundle import FOLDER, file_name, rendered
from backtrail.model.limits import ERRORS_AT_EXIT_MAX
from backtrail.record import guard

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW

_waiting: deque[tuple[str, str, bytes]] = deque(maxlen=ERRORS_AT_EXIT_MAX)
"""Folder, error id and line of the errors that have no file yet."""


def write_later(home: str, error_id: str, line: bytes) -> None:
    """Let an error have its file when recording stops, unless too many come after it."""
    _waiting.append((home, error_id, line))


def write_waiting() -> None:
    """Write the files of the errors that wait for theirs."""
    while _waiting:
        try:
            home, error_id, line = _waiting.popleft()
        except IndexError:
            return  # Another thread is at it.
        try:
            write_bundle(home, error_id, line)
        except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("error bundle", fault)


def write_bundle(home: str, error_id: str, line: bytes) -> bool:
    """Write the file of an error; a file that is there already stays.

    Args:
        home: the `.backtrail` folder.
        error_id: names the file.
        line: the event, as it is in the journal.
    """
    folder = f"{home}/{FOLDER}"
    path = f"{folder}/{file_name(error_id)}"
    if os.path.lexists(path):
        return True
    try:
        _write(folder, path, rendered(line))
    except OSError as error:
        guard.count(f"error bundle not written: {error.strerror}")
        return False
    return True


def _write(folder: str, path: str, text: bytes) -> None:
    """Write a file under another name first, so that under its own it is whole."""
    draft = f"{path}.draft"
    try:
        descriptor = os.open(draft, _FLAGS, 0o600)
    except FileNotFoundError:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        descriptor = os.open(draft, _FLAGS, 0o600)
    try:
        rest = memoryview(text)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError:
        os.unlink(draft)
        raise
    finally:
        os.close(descriptor)
    os.rename(draft, path)


atexit.register(write_waiting)
os.register_at_fork(after_in_child=_waiting.clear)
