"""What is known of users, keys, projects and what was done with them."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

Scope = Literal["ingest", "read", "write", "admin"]
Role = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
ROLES: tuple[Role, ...] = get_args(Role)
SCOPES_OF_ROLE: dict[Role, frozenset[Scope]] = {
    "read": frozenset({"read"}),
    "write": frozenset({"ingest", "read", "write"}),
    "admin": frozenset(SCOPES),
}


class User(Struct, frozen=True, kw_only=True):
    """Somebody who signs in with a password."""

    user_id: int
    name: str
    password_hash: str
    created_unix_ns: int
    login_unix_ns: int | None
    """When they signed in last."""
    roles: dict[str, Role]
    """By project."""


class Key(Struct, frozen=True, kw_only=True):
    """A program's credential, for one project."""

    key_no: int
    key_id: str
    secret_hash: bytes
    name: str
    project: str
    scopes: tuple[Scope, ...]
    rate_per_minute: int
    created_unix_ns: int
    last_used_unix_ns: int | None


class Invitation(Struct, frozen=True, kw_only=True):
    """What lets somebody become a user, once."""

    project: str
    role: Role
    expires_unix_ns: int


class Session(Struct, frozen=True, kw_only=True):
    """A user who has signed in, in one browser or program."""

    session_no: int
    user_id: int
    expires_unix_ns: int


class SigningKey(Struct, frozen=True, kw_only=True):
    """What signs tokens."""

    kid: str
    private_pem: str
    created_unix_ns: int


class ProjectRow(Struct, frozen=True, kw_only=True):
    """A project besides `default`."""

    name: str
    created_unix_ns: int


class AuditRow(Struct, frozen=True, kw_only=True):
    """Something that was done with accounts, or refused."""

    audit_id: int
    time_unix_ns: int
    action: str
    """As kinds of events are named: `user.added`, `request.refused`."""
    actor: str
    """A user, `key` and its id, or `nobody`."""
    about: str
    """What it was done to."""
    address: str
    """From where."""
    project: str | None
    times: int
    """More than 1 where the like of it came too often to note each."""
