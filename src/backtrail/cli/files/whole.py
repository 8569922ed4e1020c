"""Files that take their name only when all is in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

OWN = 0o600
"""Only the owner may read it."""


@contextmanager
def whole_file(path: str | Path, *, mode: int = OWN) -> Iterator[BinaryIO]:
    """Give a file to write, which takes the place of one of that name at the end.

    When the writing fails nothing is left of it, and what stood there stays as it was.

    Raises:
        OSError: it cannot be made there; the error names the file itself.
    """
    whole = Path(path)
    # The number keeps two commands apart that write the same file.
    part = whole.with_name(f"{whole.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(whole)) from error
    try:
        with os.fdopen(descriptor, "wb") as target:
            yield target
            target.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        part.replace(whole)
    except BaseException:
        part.unlink()
        raise
