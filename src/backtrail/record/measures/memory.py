"""The memory that this process takes, as the system tells it."""

from __future__ import annotations

import importlib
import os

_KIB = 1024
_STATUS = "/proc/self/status"
_READ_BYTES = 4_096


def memory() -> tuple[int, int] | None:
    """Return the bytes in memory, now and at the most so far; `None` where nobody tells.

    `getrusage` knows the most too, but counts what the process was before it became this program:
    on Linux it is asked only where `/proc` is missing.
    """
    try:
        descriptor = os.open(_STATUS, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return _told_by_getrusage()
    try:
        text = os.read(descriptor, _READ_BYTES)
    finally:
        os.close(descriptor)
    found = [text.partition(name)[2].split(None, 1)[:1] for name in (b"VmRSS:", b"VmHWM:")]
    if not all(found):
        return None
    present, most = (int(words[0]) * _KIB for words in found)
    return present, max(present, most)


def _told_by_getrusage() -> tuple[int, int] | None:
    try:
        # Loaded only here: Linux needs it not.
        resource = importlib.import_module("resource")
    except ImportError:
        return None
    most = int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    if os.uname().sysname != "Darwin":
        most *= _KIB
    return most, most
