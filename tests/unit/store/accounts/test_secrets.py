from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from backtrail.store.accounts.secrets import fresh_secret, hash_of, is_secret_of


def test_a_secret_has_256_bits_of_what_it_is_given() -> None:
    assert fresh_secret(lambda count: b"\0" * count) == "A" * 43
    assert len({fresh_secret(os.urandom) for _ in range(100)}) == 100


@given(one=st.text(), other=st.text())
def test_only_the_same_text_is_the_secret(one: str, other: str) -> None:
    assert is_secret_of(one, hash_of(one))
    assert is_secret_of(other, hash_of(one)) == (hash_of(one) == hash_of(other))


def test_what_is_kept_is_not_the_secret() -> None:
    secret = fresh_secret(os.urandom)
    assert secret.encode() not in hash_of(secret)
    assert len(hash_of(secret)) == 32
