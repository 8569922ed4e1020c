"""The file of an error: the event's own line, readable, whole, and named inside its folder."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.bundle import error_id_of, file_name, rendered
from builders import error_body, line, trace_id

HISTORY = [
    {"t": 1, "trace": trace_id(1), "kind": "debug.recorded", "attributes": {"a": [{"t": 1}]}},
    {"t": 2, "trace": trace_id(1), "kind": "debug.recorded", "context": '},{"t":'},
]


def error_line(**more: object) -> bytes:
    return line("error.raised", trace_id(1), t=5, **error_body("e1", **more)).rstrip(b"\n")


@given(
    st.dictionaries(
        st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5)
    ),
    st.none() | st.just(HISTORY) | st.just([]),
)
def test_a_bundle_says_what_the_line_says(
    state: dict[str, object], history: list[object] | None
) -> None:
    more = {} if history is None else {"trace_history": history}
    raw = error_line(state=state, **more)
    assert json.loads(rendered(raw)) == json.loads(raw)


def test_each_event_of_the_history_has_a_line_and_comes_last() -> None:
    text = rendered(error_line(trace_history=HISTORY)).decode()
    first, second = text.splitlines()[-3:-1]
    assert first.startswith('  "trace_history": [{"t":1,"trace":')
    assert second.startswith('{"t":2,')
    assert text.endswith("]\n}\n")


def test_members_are_indented_one_a_line() -> None:
    assert '\n  "error_id": "e1",\n' in rendered(error_line()).decode()
    assert rendered(error_line()).endswith(b"\n}\n")


def test_a_history_that_is_not_last_stays_where_it_is() -> None:
    raw = error_line(trace_history=HISTORY, state={"trace_history": []})
    assert json.loads(rendered(raw)) == json.loads(raw)
    assert rendered(raw).endswith(b'\n  "state": {\n    "trace_history": []\n  }\n}\n')


def test_the_id_of_an_error_is_read_from_its_line() -> None:
    assert error_id_of(error_line()) == "e1"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"error_id":7}', b"{}"])
def test_what_is_no_error_line_has_neither_id_nor_bundle(raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        error_id_of(raw)
    with pytest.raises(msgspec.DecodeError):
        rendered(raw)


@given(st.text())
def test_the_name_of_a_bundle_stays_in_its_folder(error_id: str) -> None:
    name = file_name(error_id)
    assert "/" not in name
    assert "\0" not in name
    assert name.endswith(".json")
    assert name not in {".", ".."}
