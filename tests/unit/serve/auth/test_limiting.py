from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.clock import NS_PER_S
from backtrail.serve.auth.limiting import Buckets


def test_a_bucket_is_emptied_and_fills_again() -> None:
    buckets = Buckets()

    def ask(now_s: float) -> tuple[bool, int, int]:
        left = buckets.take("ada", size=3, per_minute=60, now_ns=int(now_s * NS_PER_S))
        return left.is_allowed, left.remaining, left.retry_after_s

    assert [ask(0) for _ in range(4)] == [
        (True, 2, 0),
        (True, 1, 0),
        (True, 0, 1),
        (False, 0, 1),
    ]
    assert ask(0.5) == (False, 0, 1)
    assert ask(1) == (True, 0, 1)
    assert ask(100) == (True, 2, 0)


def test_what_is_given_back_may_be_taken_again() -> None:
    buckets = Buckets()
    for _ in range(5):
        assert buckets.take("ada", size=1, per_minute=1, now_ns=0).is_allowed
        buckets.give_back("ada")
    buckets.give_back("nobody")
    assert buckets.take("ada", size=1, per_minute=1, now_ns=0).is_allowed
    assert not buckets.take("ada", size=1, per_minute=1, now_ns=0).is_allowed


def test_each_has_a_bucket_and_the_last_ones_are_remembered() -> None:
    buckets = Buckets(callers_max=2)
    for name in ("ada", "bob", "cyd"):
        assert buckets.take(name, size=1, per_minute=1, now_ns=0).is_allowed
    told = [
        buckets.take(name, size=1, per_minute=1, now_ns=0).is_allowed for name in ("cyd", "bob")
    ]
    assert told == [False, False]
    assert buckets.take("ada", size=1, per_minute=1, now_ns=0).is_allowed


@given(
    steps=st.lists(st.integers(0, 10 * NS_PER_S), max_size=60),
    size=st.integers(1, 20),
    rate=st.integers(1, 600),
)
def test_no_more_is_answered_than_the_rate_and_the_size_allow(
    steps: list[int], size: int, rate: int
) -> None:
    buckets, now, allowed = Buckets(), 0, 0
    for step in steps:
        now += step
        left = buckets.take("ada", size=size, per_minute=rate, now_ns=now)
        allowed += left.is_allowed
        assert 0 <= left.remaining <= size
        assert left.headers["RateLimit-Remaining"] == str(left.remaining)
    assert allowed <= size + now / NS_PER_S * rate / 60 + 1e-6


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    buckets = Buckets()
    assert buckets.take("ada", size=1, per_minute=60, now_ns=10 * NS_PER_S).is_allowed
    assert not buckets.take("ada", size=1, per_minute=60, now_ns=0).is_allowed
