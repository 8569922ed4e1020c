from __future__ import annotations

import time
from threading import Thread

import pytest

from backtrail.model.errors import UsageError
from backtrail.serve.auth import passwords
from backtrail.serve.auth.passwords import hashed, is_password
from backtrail.serve.auth.refusals import TooOftenError


def test_a_password_is_known_again_and_not_kept() -> None:
    kept = hashed("correct horse")
    assert kept.startswith("$argon2id$")
    assert "horse" not in kept
    assert is_password("correct horse", kept)
    assert not is_password("correct Horse", kept)
    assert hashed("correct horse") != kept
    assert is_password("\ud800 lone surrogate", hashed("\ud800 lone surrogate"))


@pytest.mark.parametrize("password", ["", "too short", "x" * 1_001])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(UsageError, match=f"the password has {len(password)} characters"):
        hashed(password)


def test_without_a_user_it_takes_as_long() -> None:
    kept = hashed("correct horse")
    is_password("warm up", None)

    def took(kept: str | None) -> float:
        began = time.process_time()
        assert not is_password("wrong horse", kept)
        return time.process_time() - began

    known, unknown = (min(took(each) for _ in range(3)) for each in (kept, None))
    assert 0.3 < known / unknown < 3


def test_nobody_has_what_stands_for_no_password() -> None:
    assert not is_password(" nobody has this: no text is encoded to it", None)
    assert not is_password("x", "this is no hash")


def test_those_who_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PASSWORDS_WAITING_MAX", 1)
    kept = hashed("correct horse")
    told: list[bool | None] = []

    def check() -> None:
        try:
            told.append(is_password("correct horse", kept))
        except TooOftenError:
            told.append(None)

    threads = [Thread(target=check) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {True, None} == set(told)
    assert is_password("correct horse", kept)
