"""Signing in and out, the first user and invited ones, and the keys that verify tokens."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Depends
from msgspec import Meta, Struct

from backtrail.model.clock import NS_PER_S
from backtrail.model.errors import RefusedError
from backtrail.model.limits.reading import (
    CREDENTIAL_CHARS_MAX,
    PASSWORD_CHARS_MAX,
    PASSWORD_CHARS_MIN,
    SIGNING_KEY_S_MAX,
)
from backtrail.serve.auth.asking import Asked, Asks
from backtrail.serve.auth.cookies import CSRF_HEADER, cookie, csrf_of, no_cookie
from backtrail.serve.auth.passwords import hashed, is_password
from backtrail.serve.auth.refusals import NotAllowedError, UnknownCallerError
from backtrail.serve.auth.scopes import Need
from backtrail.serve.auth.tokens import ALGORITHM, Claims
from backtrail.serve.http.bodies import body_of
from backtrail.serve.http.routing import Headed, Routes
from backtrail.store.accounts.invitations import open_invitation, redeem
from backtrail.store.accounts.names import DEFAULT, USER_NAME
from backtrail.store.accounts.projects import projects
from backtrail.store.accounts.rows import SCOPES, Role, Scope
from backtrail.store.accounts.sessions import begin_session, end_session
from backtrail.store.accounts.users import add_user, has_credentials, user_by_name

routes = Routes("accounts", need=Need.SIGNED_IN)
well_known = Routes("accounts", need=Need.OPEN, prefix="/.well-known")


class NewUser(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who wants to be a user."""

    name: Annotated[str, Meta(pattern=USER_NAME)]
    password: Annotated[str, Meta(min_length=PASSWORD_CHARS_MIN, max_length=PASSWORD_CHARS_MAX)]
    invitation: Annotated[str, Meta(max_length=CREDENTIAL_CHARS_MAX)] | None = None
    """Left out by the first user of a server on loopback."""


class Registered(Struct, frozen=True, kw_only=True):
    """A user who can sign in now."""

    user: str
    project: str
    role: Role


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who wants to sign in."""

    name: Annotated[str, Meta(max_length=PASSWORD_CHARS_MAX)]
    password: Annotated[str, Meta(max_length=PASSWORD_CHARS_MAX)]


class SignedIn(Struct, frozen=True, kw_only=True):
    """A session has begun, or goes on; its cookie comes beside."""

    token: str
    """Good for minutes, as `Authorization: Bearer`."""
    expires_unix_ns: int
    csrf: str
    """What a page sends as `X-CSRF-Token`, with its cookie, to change something."""


class SignedOut(Struct, frozen=True, kw_only=True):
    """The session is over, and with it all its tokens."""

    user: str | None


class Me(Struct, frozen=True, kw_only=True):
    """Who asks, and what they may do."""

    user: str | None
    is_open: bool
    """Whether everybody on this machine may do everything, since there are no users and keys."""
    scopes: list[Scope]
    """In the project."""
    project: str
    projects: list[str]
    """In which they may do anything."""


class JsonWebKey(Struct, frozen=True, kw_only=True):
    """A public key (RFC 7517)."""

    kty: str
    use: str
    alg: str
    kid: str
    n: str
    e: str


class JsonWebKeys(Struct, frozen=True, kw_only=True):
    """The keys that verify tokens, the one that signs first."""

    keys: list[JsonWebKey]


class KeyStatus(Struct, frozen=True, kw_only=True):
    """The key that signs tokens."""

    algorithm: str
    kid: str | None
    """`None` until the first token was signed."""
    created_unix_ns: int | None
    replaced_unix_ns: int | None
    """When another one will sign."""
    verifying: int
    """Keys whose tokens are taken."""


@routes.post("/auth/register", Registered, takes=NewUser, need=Need.OPEN)
def register(given: Annotated[NewUser, Depends(body_of(NewUser))], asked: Asks) -> Registered:
    """Add a user: by an invitation, or as the first one of a server on loopback."""
    asked.begin_try()
    _refuse_strangers(given, asked)
    password_hash = hashed(given.password)
    with asked.accounts.writing() as writing:
        project = DEFAULT
        role: Role = "admin"
        if given.invitation is not None:
            invitation = redeem(writing, given.invitation, now_unix_ns=asked.now_unix_ns)
            project, role = invitation.project, invitation.role
        elif writing.number("has_credentials"):
            raise _not_first()
        add_user(
            writing,
            name=given.name,
            password_hash=password_hash,
            project=project,
            role=role,
            now_unix_ns=asked.now_unix_ns,
        )
        asked.note(writing, "user.added", about=f"user {given.name}", project=project)
    asked.gate.end_try(asked.address)
    return Registered(user=given.name, project=project, role=role)


@routes.post("/auth/login", SignedIn, takes=SignIn, need=Need.OPEN)
def sign_in(given: Annotated[SignIn, Depends(body_of(SignIn))], asked: Asks) -> Headed:
    """Begin a session by name and password: answers with a token, and sets a cookie."""
    asked.begin_try(given.name)
    user = user_by_name(asked.accounts, given.name)
    if not is_password(given.password, None if user is None else user.password_hash):
        with asked.accounts.writing() as writing:
            # A name that is unknown may be a password at the wrong place.
            about = "an unknown name" if user is None else f"user {user.name}"
            asked.note(writing, "session.refused", about=about, actor="nobody")
        raise UnknownCallerError("the name or the password is wrong", hint="try again")
    assert user is not None
    asked.gate.end_try(asked.address, given.name)
    with asked.accounts.writing() as writing:
        number, secret = begin_session(
            writing,
            user_id=user.user_id,
            now_unix_ns=asked.now_unix_ns,
            entropy=asked.gate.entropy,
        )
        asked.note(writing, "session.started", about=f"user {user.name}", actor=user.name)
    told = _signed_in(asked, Claims(user_id=user.user_id, session_no=number), csrf_of(secret))
    return told, {"set-cookie": cookie(secret, is_secure=not asked.gate.is_loopback)}


@routes.post("/auth/refresh", SignedIn)
def refresh(asked: Asks) -> SignedIn:
    """Answer with another token for the session of the cookie."""
    session, csrf = asked.principal.session, asked.principal.csrf
    if session is None or csrf is None:
        raise NotAllowedError("a token is given for a session's cookie", hint="sign in")
    return _signed_in(asked, Claims(user_id=session.user_id, session_no=session.session_no), csrf)


@routes.post("/auth/logout", SignedOut)
def sign_out(asked: Asks) -> Headed:
    """End the session, and with it all its tokens."""
    session = asked.principal.session
    if session is not None:
        with asked.accounts.writing() as writing:
            end_session(writing, session.session_no)
            asked.note(writing, "session.ended", about=f"user {asked.principal.name}")
    told = SignedOut(user=asked.principal.user)
    return told, {"set-cookie": no_cookie(is_secure=not asked.gate.is_loopback)}


@routes.get("/auth/me", Me)
def read_me(asked: Asks) -> Headed:
    """Say who asks, and what they may do in the project."""
    by = asked.principal
    known = [DEFAULT, *(each.name for each in projects(asked.accounts))]
    scopes = by.scopes(asked.project)
    told = Me(
        user=by.user,
        is_open=by.is_everybody,
        scopes=[scope for scope in SCOPES if scope in scopes],
        project=asked.project,
        projects=[name for name in known if by.scopes(name)],
    )
    return told, {} if by.csrf is None else {CSRF_HEADER: by.csrf}


@routes.get("/auth/key-status", KeyStatus, need=Need.OPEN)
def read_key_status(asked: Asks) -> KeyStatus:
    """Say which key signs tokens, and how long."""
    keys = asked.gate.keyring.keys(asked.now_unix_ns)
    first = keys[0] if keys else None
    return KeyStatus(
        algorithm=ALGORITHM,
        kid=None if first is None else first.kid,
        created_unix_ns=None if first is None else first.created_unix_ns,
        replaced_unix_ns=(
            None if first is None else first.created_unix_ns + SIGNING_KEY_S_MAX * NS_PER_S
        ),
        verifying=len(keys),
    )


@well_known.get("/jwks.json", JsonWebKeys)
def read_keys(asked: Asks) -> JsonWebKeys:
    """Return the public keys that verify tokens."""
    published = asked.gate.keyring.published(asked.now_unix_ns)
    return JsonWebKeys(keys=msgspec.convert(published, list[JsonWebKey]))


def _refuse_strangers(given: NewUser, asked: Asked) -> None:
    """Refuse before the password is hashed, which costs more than asking."""
    if given.invitation is not None:
        open_invitation(asked.accounts, given.invitation, now_unix_ns=asked.now_unix_ns)
    elif has_credentials(asked.accounts) or not asked.gate.is_loopback:
        raise _not_first()


def _not_first() -> RefusedError:
    return RefusedError("nobody can register without an invitation", hint="ask an admin for one")


def _signed_in(asked: Asked, claims: Claims, csrf: str) -> SignedIn:
    token, expires_unix_ns = asked.gate.keyring.sign(claims, now_unix_ns=asked.now_unix_ns)
    return SignedIn(token=token, expires_unix_ns=expires_unix_ns, csrf=csrf)
