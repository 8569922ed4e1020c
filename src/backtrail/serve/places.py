"""Which source files the recordings name: only those are shown to anyone.

A place counts only where the recorder itself put it: in a frame, or as the caller of an effect.
What merely looks like one, in a payload that some server sent, does not.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from backtrail.model.event import Event, Place
from backtrail.model.kinds import Frame
from backtrail.model.limits.reading import NEAREST_IDS_MAX, PLACES_READ_MAX, SEARCH_BYTES_MAX
from backtrail.model.vocabulary import KINDS
from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog

_encode = msgspec.json.Encoder().encode


class NamedPlace(Struct, frozen=True, kw_only=True):
    """A line of a source file that the recordings name."""

    file: str
    line: int
    code: str | None
    is_app: bool


def named_places(catalog: Catalog, file: str) -> Iterator[NamedPlace]:
    """Yield the recorded places in a file, those of the newest traces first.

    Args:
        catalog: what was recorded.
        file: an absolute path, or the end of one.
    """
    piece = msgspec.json.encode(file)[1:-1]
    ending = piece + b'"'
    wanted = TraceFilter(grep=ending.decode(), limit=NEAREST_IDS_MAX)
    found = reading.find(catalog, wanted, bytes_max=SEARCH_BYTES_MAX)
    left = PLACES_READ_MAX
    for trace in found.traces:
        for event in reading.events(catalog, trace.trace_id):
            if left <= 0:
                return
            left -= 1
            if ending in _encode(event.body):
                yield from (place for place in _places(event) if _is_of(place.file, file))


def _is_of(recorded: str, file: str) -> bool:
    return recorded == file or recorded.endswith("/" + file.removeprefix("./"))


def _places(event: Event) -> Iterator[NamedPlace]:
    shape = KINDS.get(event.kind)
    if shape is None:
        return
    try:
        body = msgspec.convert(event.body, shape)
    except msgspec.ValidationError:
        return
    waiting: list[object] = [body]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Frame):
            yield NamedPlace(file=part.file, line=part.line, code=part.code, is_app=part.is_app)
        elif isinstance(part, Place):
            # The recorder looks for callers in the user's own code only.
            yield NamedPlace(file=part.file, line=part.line, code=part.code, is_app=True)
        elif isinstance(part, Struct):
            waiting += [getattr(part, name) for name in part.__struct_fields__]
        elif isinstance(part, list):
            waiting += part
