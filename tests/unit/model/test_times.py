from __future__ import annotations

import pytest

from backtrail.model.times import seconds_of, time_of

S = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("2s", 2), ("2", 2), (" 1.5 H ", 5_400), ("3d", 259_200), ("1w", 604_800)],
)
def test_a_length_of_time_is_read(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "2 years", "-1s", "1.2.3s", "٣s"])
def test_what_is_no_length_of_time_is_not_read(text: str) -> None:
    assert seconds_of(text) is None


def test_a_time_is_read_from_its_distance_or_its_date() -> None:
    now = 1_795_263_001 * S
    assert time_of("2h", now_unix_ns=now) == now - 7_200 * S
    assert time_of("2026-11-21T12:10:01Z", now_unix_ns=0) == now
    assert time_of("2026-11-21T14:10:01+02:00", now_unix_ns=0) == now
    assert time_of("2026-11-21T12:10:01.000007Z", now_unix_ns=0) == now + 7_000
    assert time_of("1969-12-31T23:59:59.999999Z", now_unix_ns=0) == -1_000


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "99999", "9" * 400 + "h"])
def test_what_is_no_time_is_not_read(text: str) -> None:
    assert time_of(text, now_unix_ns=0) is None
