"""Values under a secret name: what stands for them, and what is remembered of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from backtrail.model.limits import ITEMS_MAX, STRING_CHARS_MAX
from backtrail.record.capture.redact import MARKER, is_secret_name
from backtrail.record.capture.values.shapes import derives, fields, shape_of
from backtrail.record.capture.values.walk import Walk

_DEPTH_MAX = 3
_NAME_CHARS_MAX = 128
_BITS_MAX = 64
_IDENTITIES = frozenset(
    str.split(
        """
        user username login name email host hostname port region url type id account database
        """
    )
)
"""Fields beside a secret that are none."""


def hidden(value: Any, walk: Walk) -> Any:
    """Return what stands for a value under a secret name, and remember the value.

    `None`, a boolean and an empty text stay: they reveal nothing and explain many a failure.
    """
    kind = type(value)
    if value is None or kind is bool or (kind is str and not value):
        return value
    for text in _texts(value, 0):
        walk.taint(text)
    return MARKER


def announces(item: Any, *, is_pair: bool) -> bool:
    """Tell whether an item of a list names the next one: a header, or a command's option."""
    if is_pair and type(item) is bytes and len(item) <= _NAME_CHARS_MAX:
        item = item.decode("latin-1")
    if type(item) is not str or not (is_pair or item[:1] == "-"):
        return False
    return len(item) <= _NAME_CHARS_MAX and "=" not in item and is_secret_name(item)


def _texts(value: Any, depth: int) -> Iterator[str]:
    """Yield the texts and long numbers inside a secret value."""
    kind = type(value)
    if derives(kind, str):
        yield str.__str__(str.__getitem__(value, slice(0, STRING_CHARS_MAX)))
    elif derives(kind, bytes) or derives(kind, bytearray):
        own = bytes if derives(kind, bytes) else bytearray
        yield bytes(own.__getitem__(value, slice(0, STRING_CHARS_MAX))).decode("utf-8", "replace")
    elif derives(kind, int):
        yield int.__repr__(value) if int.bit_length(value) <= _BITS_MAX else ""
    elif depth < _DEPTH_MAX:
        for part in _parts(value, kind):
            yield from _texts(part, depth + 1)


def _parts(value: Any, kind: type) -> list[Any]:
    """Return what a secret value holds that may itself be secret."""
    if kind is tuple and len(value) == 2:  # noqa: PLR2004 - user and password
        return [value[1]]
    if kind is list or kind is tuple:
        return list(value[:ITEMS_MAX])
    if kind is set or kind is frozenset:
        return list(islice(value, ITEMS_MAX))
    if kind is dict:
        pairs = list(islice(value.items(), ITEMS_MAX))
    else:
        pairs = fields(value, shape_of(kind))[:ITEMS_MAX]
    return [part for name, part in pairs if type(name) is not str or name not in _IDENTITIES]
