"""The file of one error: everything about it in one place, for a person or an AI to read."""

from __future__ import annotations

import os

import msgspec

from backtrail.record import guard

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_LINE_EACH = (b'},{"t":', b'},\n{"t":')


def write_bundle(home: str, error_id: str, line: bytes, history: bytes) -> bool:
    """Write an error's event as an indented file; a file that is there already stays.

    The history of its trace comes last, an event a line, so that it reads like a log.

    Args:
        home: the `.backtrail` folder.
        error_id: names the file.
        line: the event as an object of JSON, without the history.
        history: an array of JSON.
    """
    text = msgspec.json.format(line, indent=2)[:-2]
    text += b',\n  "trace_history": ' + history.replace(*_LINE_EACH) + b"\n}\n"
    folder = f"{home}/errors"
    path = f"{folder}/{error_id}.json"
    try:
        try:
            descriptor = os.open(path, _FLAGS, 0o600)
        except FileNotFoundError:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            descriptor = os.open(path, _FLAGS, 0o600)
        try:
            _write_all(descriptor, text)
        finally:
            os.close(descriptor)
    except OSError as error:
        guard.count(f"error bundle not written: {error.strerror}")
        return False
    return True


def _write_all(descriptor: int, text: bytes) -> None:
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
