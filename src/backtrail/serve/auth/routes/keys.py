"""Keys of programs: listed, made, revoked."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path
from msgspec import Meta, Struct

from backtrail.model.limits.reading import KEY_RATE_PER_MINUTE, KEY_RATE_PER_MINUTE_MAX
from backtrail.serve.auth.asking import Asks
from backtrail.serve.auth.refusals import NotAllowedError
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.bodies import body_of
from backtrail.serve.http.routing import USUAL, Cursor, Limit, Routes, after_number
from backtrail.store.accounts.keys import (
    create_key,
    key_by_id,
    keys_page,
    no_such_key,
    revoke_key,
)
from backtrail.store.accounts.names import KEY_NAME, PROJECT_NAME
from backtrail.store.accounts.rows import Scope

routes = Routes("keys", need=Need.ADMIN)


class KeyRow(Struct, frozen=True, kw_only=True):
    """A key, without what makes it one."""

    key_id: str
    name: str
    scopes: list[Scope]
    project: str
    created_unix_ns: int
    last_used_unix_ns: int | None
    """To the minute."""
    rate_per_minute: int


class KeyRows(Struct, frozen=True, kw_only=True):
    """Keys of a project, the oldest first."""

    keys: list[KeyRow]
    next_cursor: str | None


class NewKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that is wanted."""

    name: Annotated[str, Meta(pattern=KEY_NAME)]
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=10)]
    project: Annotated[str, Meta(pattern=PROJECT_NAME)] | None = None
    rate_per_minute: Annotated[int, Meta(ge=1, le=KEY_RATE_PER_MINUTE_MAX)] | None = None


class MadeKey(Struct, frozen=True, kw_only=True):
    """A key that was made; it is shown this once."""

    key_id: str
    key: str


class RevokedKey(Struct, frozen=True, kw_only=True):
    """A key that is worth nothing any more."""

    key_id: str


@routes.get("/keys", KeyRows)
def list_keys(asked: Asks, *, limit: Limit = USUAL, cursor: Cursor = None) -> KeyRows:
    """Return the keys of the project, the oldest first."""
    found = keys_page(
        asked.accounts, project=asked.project, after=after_number(cursor), limit=limit + 1
    )
    return KeyRows(
        keys=[
            KeyRow(
                key_id=key.key_id,
                name=key.name,
                scopes=list(key.scopes),
                project=key.project,
                created_unix_ns=key.created_unix_ns,
                last_used_unix_ns=key.last_used_unix_ns,
                rate_per_minute=key.rate_per_minute,
            )
            for key in found[:limit]
        ],
        next_cursor=str(found[limit - 1].key_no) if len(found) > limit else None,
    )


@routes.post("/keys", MadeKey, takes=NewKey)
def make_key(given: Annotated[NewKey, Depends(body_of(NewKey))], asked: Asks) -> MadeKey:
    """Make a key; what it is made of is shown in this answer only."""
    project = asked.administered(given.project)
    if asked.principal.is_everybody and "admin" not in given.scopes:
        raise NotAllowedError(
            "the first key must have the scope admin, or these pages would be closed to you",
            hint="register a user first, or run `backtrail keys create`",
        )
    with asked.accounts.writing() as writing:
        key_id, key = create_key(
            writing,
            name=given.name,
            project=project,
            scopes=given.scopes,
            rate_per_minute=given.rate_per_minute or KEY_RATE_PER_MINUTE,
            now_unix_ns=asked.now_unix_ns,
            entropy=asked.gate.entropy,
        )
        asked.note(writing, "key.created", about=f"key {key_id}", project=project)
    return MadeKey(key_id=key_id, key=key)


@routes.delete("/keys/{key_id}", RevokedKey)
def remove_key(
    key_id: Annotated[str, Path(max_length=100, description="Not the key: its `key_id`.")],
    asked: Asks,
) -> RevokedKey:
    """Revoke a key: it is worth nothing from now on."""
    found = key_by_id(asked.accounts, key_id)
    is_theirs = found is not None and (found.project == asked.project or asked.principal.is_owner)
    if not is_theirs:
        raise no_such_key(key_id)
    with asked.accounts.writing() as writing:
        revoke_key(writing, key_id, must_leave_admin=True)
        asked.note(writing, "key.revoked", about=f"key {key_id}", project=asked.project)
    return RevokedKey(key_id=key_id)
