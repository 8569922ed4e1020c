from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits import REPEATS_FULL_MAX, REPEATS_IDENTITIES_MAX, REPEATS_WINDOW_S
from backtrail.record.occurrence.repeats import (
    COUNTED_EACH,
    NS_PER_S,
    fingerprint_of,
    forget,
    is_full,
    is_worth_writing,
    seen,
)

WINDOW_NS = int(REPEATS_WINDOW_S * NS_PER_S)


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    forget()
    yield
    forget()


def test_the_first_few_of_an_identity_are_in_full_and_the_rest_is_counted() -> None:
    known = seen(("KeyError", "app.py", 7), 0)
    assert [is_full(known) for _ in range(REPEATS_FULL_MAX + 2)] == [
        *[True] * REPEATS_FULL_MAX, False, False,
    ]  # fmt: skip
    assert (known.full, known.repeats, known.unreported) == (REPEATS_FULL_MAX, 2, 2)


def test_identities_are_counted_apart() -> None:
    for _ in range(REPEATS_FULL_MAX):
        assert is_full(seen(("KeyError", "app.py", 7), 0))
    assert not is_full(seen(("KeyError", "app.py", 7), 0))
    assert is_full(seen(("KeyError", "app.py", 8), 0))
    assert is_full(seen(("ValueError", "app.py", 7), 0))


def test_a_window_ends_and_what_was_counted_in_it_is_still_to_be_told() -> None:
    for _ in range(REPEATS_FULL_MAX + 3):
        is_full(seen(("KeyError",), 5))
    assert not is_full(seen(("KeyError",), 5 + WINDOW_NS)), "it is still open"
    known = seen(("KeyError",), 6 + WINDOW_NS)
    assert (known.repeats, known.unreported) == (0, 4)
    assert is_full(known)


def test_identities_beyond_the_limit_start_afresh_and_memory_is_bounded() -> None:
    first = seen((0,), 0)
    for number in range(1, REPEATS_IDENTITIES_MAX):
        seen((number,), 0)
    assert seen((0,), 0) is first
    seen((REPEATS_IDENTITIES_MAX,), 0)
    assert seen((0,), 0) is not first


def test_each_of_the_first_repeats_is_written_and_then_every_doubling() -> None:
    written = [count for count in range(1, 2_000) if is_worth_writing(count)]
    assert written == [*range(1, COUNTED_EACH + 1), 128, 256, 512, 1024]


@given(st.tuples(st.text(), st.text(), st.integers()))
def test_a_fingerprint_is_sixteen_digits_and_the_same_for_the_same(
    identity: tuple[str, str, int],
) -> None:
    fingerprint = fingerprint_of(identity)
    assert len(fingerprint) == 16
    assert int(fingerprint, 16) >= 0
    assert fingerprint_of((*identity,)) == fingerprint


@given(st.tuples(st.text(), st.integers()), st.tuples(st.text(), st.integers()))
def test_different_identities_have_different_fingerprints(
    one: tuple[str, int], other: tuple[str, int]
) -> None:
    assert (fingerprint_of(one) == fingerprint_of(other)) == (one == other)


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    code = (
        "from backtrail.record.occurrence.repeats import fingerprint_of;"
        "print(fingerprint_of(('KeyError', 'app.py', 'Shop.\\udcff', 7)))"
    )
    shown = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        for _ in range(2)
    }
    assert shown == {fingerprint_of(("KeyError", "app.py", "Shop.\udcff", 7)).encode() + b"\n"}
