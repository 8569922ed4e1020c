"""The file of one error: everything about it in one place, for a person or an AI to read.

A bundle says nothing that the journal does not: it is the line of an `error.raised` event,
rendered. Whoever has the line makes the same file of it.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

FOLDER = "errors"
"""Where bundles lie in `.backtrail`."""

_HISTORY = b',"trace_history":'
_LINE_EACH = (b'},{"t":', b'},\n{"t":')


class _ErrorLine(Struct, gc=False):
    error_id: str
    trace_history: Raw = Raw(b"[]")


_decode = msgspec.json.Decoder(_ErrorLine).decode


def error_id_of(line: bytes) -> str:
    """Return the id in the line of an `error.raised` event.

    Raises:
        msgspec.DecodeError: it is no such line.
    """
    return _decode(line).error_id


def file_name(error_id: str) -> str:
    """Return the name of an error's bundle; whatever the id is, the file is in its folder."""
    return error_id.replace("/", "_").replace("\0", "_") + ".json"


def rendered(line: bytes) -> bytes:
    """Return the line of an `error.raised` event as an indented text.

    The history of its trace comes last, an event a line, so that it reads like a log.

    Raises:
        msgspec.DecodeError: it is no such line.
    """
    line = line.rstrip(b"\n")
    history = bytes(_decode(line).trace_history)
    tail = _HISTORY + history + b"}"
    if not line.endswith(tail):
        return msgspec.json.format(line, indent=2) + b"\n"
    text = msgspec.json.format(line[: -len(tail)] + b"}", indent=2)[:-2]
    return text + b',\n  "trace_history": ' + history.replace(*_LINE_EACH) + b"\n}\n"
