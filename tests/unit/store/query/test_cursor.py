from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.errors import UsageError
from backtrail.store.query import cursor

TIMES = st.integers(-(1 << 63), (1 << 63) - 1)


@given(time=TIMES, row_id=st.text(max_size=50))
def test_a_place_is_read_back(time: int, row_id: str) -> None:
    written = cursor.written("traces", time, row_id)
    assert cursor.read("traces", written) == cursor.Position("traces", time, row_id)
    assert written.isascii()
    assert not set(written) & set("+/= ")


def test_without_a_cursor_a_list_begins_before_all_rows() -> None:
    assert cursor.read("errors", None).time_unix_ns == (1 << 63) - 1


def test_a_row_may_have_a_long_name_and_a_cursor_no_endless_one() -> None:
    name = "a" * 10_000
    assert cursor.read("sessions", cursor.written("sessions", 7, name)).id == name
    with pytest.raises(UsageError, match="is longer than 16,384 characters"):
        cursor.read("sessions", "a" * 16_385)


def test_a_cursor_of_another_list_is_refused() -> None:
    written = cursor.written("errors", 7, "a")
    with pytest.raises(UsageError, match="is of a list of errors, not traces") as raised:
        cursor.read("traces", written)
    assert "next_cursor" in raised.value.hint


@given(
    text=st.text(max_size=60)
    | st.binary(max_size=40).map(base64.urlsafe_b64encode).map(bytes.decode)
)
def test_whatever_else_is_given_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        cursor.read("traces", text)


@given(time=TIMES, row_id=st.text(max_size=10), at=st.integers(0, 100), char=st.characters())
def test_a_damaged_cursor_is_refused_or_is_none_the_worse(
    time: int, row_id: str, at: int, char: str
) -> None:
    written = cursor.written("traces", time, row_id)
    at %= len(written)
    damaged = written[:at] + char + written[at + 1 :]
    try:
        read = cursor.read("traces", damaged)
    except UsageError:
        return
    assert cursor.written("traces", read.time_unix_ns, read.id) == damaged
