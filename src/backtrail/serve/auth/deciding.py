"""Who asks: decided from a request's headers, what is known, and the time; nothing else."""

from __future__ import annotations

from msgspec import Struct
from starlette.datastructures import Headers

from backtrail.model.limits.reading import CREDENTIAL_CHARS_MAX
from backtrail.serve.auth.cookies import CSRF_HEADER, csrf_of, is_csrf_of, secret_in
from backtrail.serve.auth.refusals import NotAllowedError, RefusedRequestError, UnknownCallerError
from backtrail.serve.auth.scopes import EVERYBODY, Principal
from backtrail.serve.auth.tokens import Keyring
from backtrail.store.accounts import keys, sessions, users
from backtrail.store.accounts.database import Accounts
from backtrail.store.accounts.rows import Session

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HOW = "send a key as X-API-Key or Authorization: Bearer, or sign in"


class Sent(Struct, frozen=True, kw_only=True):
    """What a request brings to say who asks."""

    credential: str | None
    """A key or a token."""
    is_ambiguous: bool
    """There is more than one."""
    secret: str | None
    """Of the cookie."""
    csrf: str
    is_safe: bool
    """It changes nothing."""


def sent_by(method: str, headers: Headers, *, is_secure: bool) -> Sent:
    """Read what a request brings."""
    given = headers.getlist("x-api-key")
    for text in headers.getlist("authorization"):
        scheme, _, rest = text.partition(" ")
        given.append(rest.strip() if scheme.lower() == "bearer" else "")
    return Sent(
        credential=given[0][: CREDENTIAL_CHARS_MAX + 1] if given else None,
        is_ambiguous=len(given) > 1,
        secret=secret_in(headers.get("cookie"), is_secure=is_secure),
        csrf=headers.get(CSRF_HEADER, "")[:CREDENTIAL_CHARS_MAX],
        is_safe=method in SAFE,
    )


def who(
    sent: Sent, *, accounts: Accounts, keyring: Keyring, now_unix_ns: int, is_loopback: bool
) -> Principal | RefusedRequestError:
    """Decide who asks.

    A key or token that is sent counts alone: when it is wrong, no cookie helps. Only where nobody
    but this machine can ask, and there are no credentials at all, everybody may.
    """
    if is_loopback and not users.has_credentials(accounts):
        return EVERYBODY
    if sent.is_ambiguous:
        return UnknownCallerError("the request has two credentials", hint="send one of them")
    if sent.credential is not None:
        return _by_credential(sent.credential, accounts, keyring, now_unix_ns)
    if sent.secret is not None:
        return _by_cookie(sent, sent.secret, accounts, now_unix_ns)
    return UnknownCallerError("the request does not say who asks", hint=HOW)


def _by_credential(
    text: str, accounts: Accounts, keyring: Keyring, now_unix_ns: int
) -> Principal | UnknownCallerError:
    if text.startswith(keys.PREFIX):
        key = keys.key_of(accounts, text) if len(text) <= CREDENTIAL_CHARS_MAX else None
        if key is None:
            return UnknownCallerError("the key is unknown or revoked", hint=HOW)
        return Principal(name=f"key {key.key_id}", key=key)
    claims = None
    if len(text) <= CREDENTIAL_CHARS_MAX:
        claims = keyring.verified(text, now_unix_ns=now_unix_ns)
    session = None
    if claims is not None:
        session = sessions.session_by_number(accounts, claims.session_no, now_unix_ns=now_unix_ns)
    if claims is None or session is None or session.user_id != claims.user_id:
        return UnknownCallerError("the token is not valid, or over", hint=HOW)
    return _user(session, accounts, csrf=None)


def _by_cookie(
    sent: Sent, secret: str, accounts: Accounts, now_unix_ns: int
) -> Principal | RefusedRequestError:
    session = sessions.session_of(accounts, secret, now_unix_ns=now_unix_ns)
    if session is None:
        return UnknownCallerError("the session is over", hint="sign in again")
    if not sent.is_safe and not is_csrf_of(sent.csrf, secret):
        return NotAllowedError(
            "a cookie alone may not change anything",
            hint="send X-CSRF-Token too: /api/auth/me answers with that header",
        )
    return _user(session, accounts, csrf=csrf_of(secret))


def _user(
    session: Session, accounts: Accounts, *, csrf: str | None
) -> Principal | UnknownCallerError:
    user = users.user_by_id(accounts, session.user_id)
    if user is None:
        return UnknownCallerError("the user is no more", hint=HOW)
    return Principal(name=user.name, user=user.name, roles=user.roles, session=session, csrf=csrf)
