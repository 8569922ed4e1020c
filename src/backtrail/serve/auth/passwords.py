"""Passwords: hashed by argon2id, a few at a time, and as slowly for names that are unknown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backtrail.model.errors import UsageError
from backtrail.model.limits.reading import (
    PASSWORD_CHARS_MAX,
    PASSWORD_CHARS_MIN,
    PASSWORDS_AT_ONCE_MAX,
    PASSWORDS_WAITING_MAX,
)
from backtrail.serve.auth.refusals import TooOftenError

_HASHER = PasswordHasher()
"""By the library's own choice of cost, which is that of RFC 9106 for little memory."""
_AT_ONCE = BoundedSemaphore(PASSWORDS_AT_ONCE_MAX)
_COUNTING = Lock()


class _Waiting:
    count = 0


def hashed(password: str) -> str:
    """Return what is kept of a password.

    Raises:
        UsageError: it is too short or too long.
    """
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise UsageError(
            f"the password has {len(password)} characters",
            hint=f"use {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX}",
        )
    with _turn():
        return _HASHER.hash(_bytes(password))


def is_password(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one of which this was kept.

    Without anything kept it takes as long, and is false.
    """
    with _turn():
        try:
            _HASHER.verify(kept or _nobodys(), _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None


@cache
def _nobodys() -> str:
    """Return the hash of a password that nobody has."""
    return _HASHER.hash(b"\xff nobody has this: no text is encoded to it")


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one's turn, unless too many do."""
    with _COUNTING:
        if _Waiting.count >= PASSWORDS_WAITING_MAX:
            raise TooOftenError(
                "too many passwords are being checked", hint="try again", retry_after_s=2
            )
        _Waiting.count += 1
    try:
        with _AT_ONCE:
            yield
    finally:
        with _COUNTING:
            _Waiting.count -= 1
