from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.trail.moment import duration_text, moment_text


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
