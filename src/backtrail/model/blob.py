"""Where payloads that are too long for an event are kept, each under the digest of what it holds.

A blob is touched whenever an event names it, so that how old it looks is how long ago it was last
needed: it may go once no trace that is kept began before that.
"""

from __future__ import annotations

FOLDER = "blobs"
"""Where blobs lie in `.backtrail`."""
SUFFIX = ".json"


def place(name: str) -> tuple[str, str]:
    """Return the folder of a blob, within that of all blobs, and the name of its file."""
    return name[:2], f"{name}{SUFFIX}"
