from __future__ import annotations

import pytest

from backtrail.model.errors import UsageError
from backtrail.store.engines.address import Address


@pytest.mark.parametrize(
    ("url", "shown", "password"),
    [
        ("postgresql://me@db/traces", "postgresql://me@db/traces", None),
        ("postgres://me:pw@db:5433/traces", "postgresql://me@db:5433/traces", "pw"),
        ("postgresql://me:p%40%2Fw@db/my%20traces", "postgresql://me@db/my traces", "p@/w"),
        ("postgresql:///traces?host=/run/pg&port=1", "postgresql:///run/pg:1/traces", None),
    ],
)
def test_an_address_is_read_and_shown_without_its_password(
    url: str, shown: str, password: str | None
) -> None:
    address = Address.of(url)
    assert (address.shown, address.password) == (shown, password)
    assert all(value != password for _, value in address.parameters)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://me:secret@db:many/traces", "is no address"),
        ("postgresql://me:secret@db", "names no database"),
        ("postgresql://me:secret@db/traces?options=-csecret", "'options' behind"),
        ("postgresql://me@db/traces?password=secret", "'password' behind"),
    ],
)
def test_what_is_no_address_is_told_without_its_password(url: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        Address.of(url)
    assert "secret" not in raised.value.message + raised.value.hint


def test_a_password_is_taken_out_of_a_text() -> None:
    assert Address.of("postgresql://me:secret@db/t").hidden("a secret here") == "a *** here"
    assert Address.of("postgresql://me@db/t").hidden("a secret here") == "a secret here"
