"""Payloads that are too long for an event, each in a file named by its digest.

A blob is written once, under another name first, so that under its own it is whole. One that is
there already is only touched: how old it looks is how long ago it was last told of.
"""

from __future__ import annotations

import os
from _thread import get_ident
from contextlib import suppress

from backtrail.model.changes import BLOBS, blob_place
from backtrail.model.limits import BLOB_BYTES_MAX
from backtrail.record import guard, journal
from backtrail.record.state.digests import digest

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW


def keep_blob(data: bytes) -> str | None:
    """Keep JSON, free of secrets, and return the name of its blob: the digest of what it holds.

    `None`, and counted, where it is too large or cannot be written.
    """
    home = journal.directory()
    if home is None or len(data) > BLOB_BYTES_MAX:
        guard.count("blob too large")
        return None
    name = digest(data)
    part, file = blob_place(name)
    folder = f"{home}/{BLOBS}/{part}"
    path = f"{folder}/{file}"
    try:
        if os.path.lexists(path):
            os.utime(path, follow_symlinks=False)
        else:
            _write((home, f"{home}/{BLOBS}", folder), path, data)
    except OSError as error:
        guard.count(f"blob not written: {error.strerror}")
        return None
    return name


def _write(folders: tuple[str, ...], path: str, data: bytes) -> None:
    draft = f"{path}.{os.getpid()}.{get_ident()}.draft"
    try:
        descriptor = os.open(draft, _FLAGS, 0o600)
    except FileNotFoundError:
        for folder in folders:
            with suppress(FileExistsError):
                os.mkdir(folder, mode=0o700)
        descriptor = os.open(draft, _FLAGS, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError:
        os.unlink(draft)
        raise
    finally:
        os.close(descriptor)
    os.rename(draft, path)
