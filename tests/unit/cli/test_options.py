from __future__ import annotations

import time
from datetime import datetime

import click
import pytest

from backtrail.cli.invocation import Invocation
from backtrail.cli.options import DURATION, MOMENT, SIZE
from backtrail.model.clock import Clock

NOW = 1_795_263_001_000_000_000
HOUR = 3_600_000_000_000


def context() -> click.Context:
    clock = Clock(time_unix_ns=lambda: NOW, monotonic_ns=time.monotonic_ns)
    return click.Context(click.Command("ls"), obj=Invocation(environ={}, clock=clock))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("250ms", 0.25),
        ("2s", 2),
        ("2", 2),
        ("1.5m", 90),
        ("5min", 300),
        ("1h", 3600),
        ("30d", 2.592e6),
    ],
)
def test_a_duration_is_read_with_its_unit(text: str, seconds: float) -> None:
    assert DURATION.convert(text, None, None) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "fast", "2 fortnights", "-1s", "1h30"])
def test_what_is_no_duration_is_refused_by_name(text: str) -> None:
    with pytest.raises(click.UsageError, match="is no duration such as 250ms"):
        DURATION.convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "size"), [("10", 10), ("1k", 1024), ("500MB", 500_000_000), ("1.5GiB", 3 << 29)]
)
def test_a_size_is_read_with_its_unit(text: str, size: int) -> None:
    assert SIZE.convert(text, None, None) == size


def test_what_is_no_size_is_refused_by_name() -> None:
    with pytest.raises(click.UsageError, match="is no size such as 500MB"):
        SIZE.convert("much", None, None)


def test_a_duration_as_a_time_means_so_long_ago() -> None:
    assert MOMENT.convert("2h", None, context()) == NOW - 2 * HOUR


def test_a_date_or_a_time_is_one_of_this_machines_zone() -> None:
    expected = int(datetime(2026, 11, 21, 10).astimezone().timestamp()) * 10**9
    assert MOMENT.convert("2026-11-21T10:00", None, context()) == expected
    assert MOMENT.convert("2026-11-21", None, context()) == expected - 10 * HOUR


def test_a_time_with_a_zone_keeps_it() -> None:
    assert MOMENT.convert("2026-11-21T12:10:01Z", None, context()) == NOW


@pytest.mark.parametrize("text", ["", "yesterday-ish", "2026-13-01", "17"])
def test_what_is_no_time_is_refused_by_name(text: str) -> None:
    with pytest.raises(click.UsageError, match=r"is no time such as 2h \(ago\)"):
        MOMENT.convert(text, None, context())
