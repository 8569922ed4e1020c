from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.event import Event
from backtrail.model.vocabulary import KINDS
from backtrail.trail.shape import fitting
from builders import START_UNIX_NS, process_id, trace_id

WRONG: list[Any] = ["no", 5, None, [1, 2], {"a": {"b": 1}}, True, -1.5, [["x"]], [{"x": []}]]


def event(kind: str, body: dict[str, Any]) -> Event:
    return Event(
        kind=kind,
        trace_id=trace_id(1),
        seq=0,
        time_unix_ns=START_UNIX_NS,
        monotonic_ns=0,
        process=process_id(1),
        body=body,
    )


def test_an_event_of_the_right_shape_stays_as_it_is() -> None:
    right = event("log.emitted", {"level": "INFO", "logger": "shop", "message": "3 left"})
    assert fitting(right) is right


def test_members_of_another_shape_are_left_out_and_the_others_stay() -> None:
    wrong = event("log.emitted", {"level": 5, "logger": "shop", "message": "3 left", "later": [1]})
    assert fitting(wrong).body == {"logger": "shop", "message": "3 left", "later": [1]}


def test_an_event_of_an_unknown_kind_stays_as_it_is() -> None:
    unknown = event("lock.painted", {"colour": ["red"]})
    assert fitting(unknown) is unknown


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(value=st.sampled_from(WRONG))
def test_what_is_left_fits_its_kind(kind: str, value: Any) -> None:
    fields = msgspec.structs.fields(KINDS[kind])
    found = fitting(event(kind, {field.name: value for field in fields})).body
    for field in fields:
        if field.name in found:
            msgspec.convert(found[field.name], field.type)
