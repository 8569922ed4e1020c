"""The cookie of a session, and the text that a page must send beside it to change something."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie

from backtrail.model.limits.reading import CREDENTIAL_CHARS_MAX, SESSION_S_MAX

NAME = "backtrail_session"
SECURE_NAME = f"__Host-{NAME}"
"""By this name browsers take only a cookie of this very host, sent over TLS."""
CSRF_HEADER = "x-csrf-token"


def cookie(secret: str, *, is_secure: bool) -> str:
    """Return the header that gives a browser its session."""
    return _header(secret, SESSION_S_MAX, is_secure=is_secure)


def no_cookie(*, is_secure: bool) -> str:
    """Return the header that takes it away."""
    return _header("", 0, is_secure=is_secure)


def secret_in(header: str | None, *, is_secure: bool) -> str | None:
    """Return the session's secret in a `Cookie` header."""
    if not header or len(header) > CREDENTIAL_CHARS_MAX:
        return None
    try:
        found = SimpleCookie(header).get(SECURE_NAME if is_secure else NAME)
    except CookieError:
        return None
    return found.value if found is not None and found.value else None


def csrf_of(secret: str) -> str:
    """Return what a page sends beside its cookie: another site can neither read nor guess it."""
    made = sha256(b"backtrail csrf:" + secret.encode("utf-8", "replace")).digest()
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def is_csrf_of(text: str, secret: str) -> bool:
    """Tell whether it is that, always in the same time."""
    return compare_digest(text.encode("utf-8", "replace"), csrf_of(secret).encode())


def _header(value: str, seconds: int, *, is_secure: bool) -> str:
    name = SECURE_NAME if is_secure else NAME
    secure = "; Secure" if is_secure else ""
    return f"{name}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"
