"""Makes sure that what is told has the shape that its kind says.

Another version, another program or a damaged disk may have written something else. What does not
fit is left out of the story; `show --events`, `export` and the journal itself still have it.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import msgspec

from backtrail.model.event import Body, Event
from backtrail.model.vocabulary import KINDS

B = TypeVar("B", bound=Body)


def fitting(event: Event) -> Event:
    """Return an event without those members of its body that its kind has another shape for."""
    kind = KINDS.get(event.kind)
    if kind is None:
        return event
    try:
        msgspec.convert(event.body, kind)
    except msgspec.ValidationError:
        types = _types(kind)
        body = {name: value for name, value in event.body.items() if _fits(value, types.get(name))}
        return msgspec.structs.replace(event, body=body)
    return event


def body_of(event: Event, kind: type[B]) -> B | None:
    """Return what an event tells as its kind has it; `None` when too little of it fits."""
    try:
        return msgspec.convert(event.body, kind)
    except msgspec.ValidationError:
        pass
    try:
        return msgspec.convert(fitting(event).body, kind)
    except msgspec.ValidationError:
        return None


@cache
def _types(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


def _fits(value: Any, wanted: Any) -> bool:  # noqa: ANN401 - any value, any type
    if wanted is None:
        return True
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return False
    return True
