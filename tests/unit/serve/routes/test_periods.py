from __future__ import annotations

import pytest

from backtrail.model.errors import UsageError
from backtrail.serve.routes.periods import begun_unix_ns

NOW = 1_795_300_000 * 10**9
HOUR = 3_600 * 10**9


@pytest.mark.parametrize(
    ("since", "unix_ns"),
    [("24h", NOW - 24 * HOUR), ("2026-11-20T00:00:00+00:00", 1_795_132_800 * 10**9)],
)
def test_a_time_is_an_age_or_a_date(since: str, unix_ns: int) -> None:
    assert begun_unix_ns(since, NOW) == unix_ns


def test_what_is_no_time_is_said() -> None:
    with pytest.raises(UsageError, match="since is 'tea time', which is no time"):
        begun_unix_ns("tea time", NOW)
