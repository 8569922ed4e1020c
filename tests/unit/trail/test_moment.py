from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.trail.moment import (
    duration_text,
    moment_text,
    seconds_of,
    time_of,
)

S = 1_000_000_000


def test_a_time_is_written_in_utc_to_the_microsecond() -> None:
    assert moment_text(1_795_263_001_250_001_999) == "2026-11-21T12:10:01.250001Z"


@pytest.mark.parametrize(
    ("took_ms", "text"),
    [
        (None, "-"),
        (0, "0.00 ms"),
        (0.42, "0.42 ms"),
        (31.04, "31.0 ms"),
        (310.4, "310 ms"),
        (4_200, "4.20 s"),
        (42_000, "42.0 s"),
        (125_000, "2 min 05 s"),
        (3_720_000, "1 h 02 min"),
        (270_000_000, "3.1 d"),
    ],
)
def test_a_duration_is_written_in_the_unit_that_fits(took_ms: float | None, text: str) -> None:
    assert duration_text(took_ms) == text


@given(st.floats(0, 1e12))
def test_a_duration_is_never_wider_than_its_column(took_ms: float) -> None:
    assert len(duration_text(took_ms)) <= len("12345.6 d") + 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("2s", 2), ("2", 2), (" 1.5 H ", 5_400), ("3d", 259_200), ("1w", 604_800)],
)
def test_a_length_of_time_is_read(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "2 years", "-1s", "1.2.3s"])
def test_what_is_no_length_of_time_is_not_read(text: str) -> None:
    assert seconds_of(text) is None


def test_a_time_is_read_from_its_distance_or_its_date() -> None:
    now = 1_795_263_001 * S
    assert time_of("2h", now_unix_ns=now) == now - 7_200 * S
    assert time_of("2026-11-21T12:10:01Z", now_unix_ns=0) == now
    assert time_of("2026-11-21T14:10:01+02:00", now_unix_ns=0) == now


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "99999"])
def test_what_is_no_time_is_not_read(text: str) -> None:
    assert time_of(text, now_unix_ns=0) is None
