"""Users, invitations, projects, and what was done with them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path
from msgspec import Meta, Struct

from backtrail.serve.auth.asking import Asks
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.bodies import body_of
from backtrail.serve.http.routing import USUAL, Cursor, Limit, Routes, after_number
from backtrail.store.accounts.auditing import audit_page
from backtrail.store.accounts.invitations import invite
from backtrail.store.accounts.names import DEFAULT, PROJECT_NAME
from backtrail.store.accounts.projects import create_project, projects
from backtrail.store.accounts.rows import AuditRow, Role
from backtrail.store.accounts.users import remove_user, users_page

routes = Routes("accounts", need=Need.OWNER)


class UserRow(Struct, frozen=True, kw_only=True):
    """A user."""

    name: str
    roles: dict[str, Role]
    """By project; an admin of `default` is one of every project."""
    created_unix_ns: int
    login_unix_ns: int | None
    """When they signed in last."""


class UserRows(Struct, frozen=True, kw_only=True):
    """Users, the oldest first."""

    users: list[UserRow]
    next_cursor: str | None


class RemovedUser(Struct, frozen=True, kw_only=True):
    """A user who is no more."""

    user: str


class NewInvitation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody who is invited will be."""

    role: Role = "read"
    project: Annotated[str, Meta(pattern=PROJECT_NAME)] | None = None


class MadeInvitation(Struct, frozen=True, kw_only=True):
    """An invitation; it is shown this once."""

    invitation: str
    expires_unix_ns: int


class ProjectTold(Struct, frozen=True, kw_only=True):
    """A project."""

    name: str
    created_unix_ns: int | None
    """`None` of `default`, which always is there."""


class ProjectsTold(Struct, frozen=True, kw_only=True):
    """The projects in which whoever asks may do anything."""

    projects: list[ProjectTold]


class NewProject(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A project that is wanted."""

    name: Annotated[str, Meta(pattern=PROJECT_NAME)]


class MadeProject(Struct, frozen=True, kw_only=True):
    """A project that was made."""

    name: str


class AuditRows(Struct, frozen=True, kw_only=True):
    """What was done with accounts, and refused, the newest first."""

    audit: list[AuditRow]
    next_cursor: str | None


@routes.get("/users", UserRows)
def list_users(asked: Asks, *, limit: Limit = USUAL, cursor: Cursor = None) -> UserRows:
    """Return the users of the server, the oldest first."""
    found = users_page(asked.accounts, after=after_number(cursor), limit=limit + 1)
    return UserRows(
        users=[
            UserRow(
                name=user.name,
                roles=user.roles,
                created_unix_ns=user.created_unix_ns,
                login_unix_ns=user.login_unix_ns,
            )
            for user in found[:limit]
        ],
        next_cursor=str(found[limit - 1].user_id) if len(found) > limit else None,
    )


@routes.delete("/users/{name}", RemovedUser)
def drop_user(name: Annotated[str, Path(max_length=100)], asked: Asks) -> RemovedUser:
    """Remove a user with all sessions and tokens."""
    with asked.accounts.writing() as writing:
        remove_user(writing, name, must_leave_admin=True)
        asked.note(writing, "user.removed", about=f"user {name}")
    return RemovedUser(user=name)


@routes.post("/invitations", MadeInvitation, takes=NewInvitation, need=Need.ADMIN)
def make_invitation(
    given: Annotated[NewInvitation, Depends(body_of(NewInvitation))], asked: Asks
) -> MadeInvitation:
    """Make an invitation, by which one person can register once."""
    project = asked.administered(given.project)
    with asked.accounts.writing() as writing:
        invitation, expires_unix_ns = invite(
            writing,
            project=project,
            role=given.role,
            now_unix_ns=asked.now_unix_ns,
            entropy=asked.gate.entropy,
        )
        asked.note(writing, "invitation.created", about=f"role {given.role}", project=project)
    return MadeInvitation(invitation=invitation, expires_unix_ns=expires_unix_ns)


@routes.get("/projects", ProjectsTold, need=Need.SIGNED_IN)
def list_projects(asked: Asks) -> ProjectsTold:
    """Return the projects in which whoever asks may do anything."""
    all_of_them = [
        ProjectTold(name=DEFAULT, created_unix_ns=None),
        *(
            ProjectTold(name=each.name, created_unix_ns=each.created_unix_ns)
            for each in projects(asked.accounts)
        ),
    ]
    scopes = asked.principal.scopes
    return ProjectsTold(projects=[each for each in all_of_them if scopes(each.name)])


@routes.post("/projects", MadeProject, takes=NewProject)
def make_project(
    given: Annotated[NewProject, Depends(body_of(NewProject))], asked: Asks
) -> MadeProject:
    """Make a project: a store of its own."""
    with asked.accounts.writing() as writing:
        create_project(writing, given.name, now_unix_ns=asked.now_unix_ns)
        asked.note(writing, "project.created", about=f"project {given.name}", project=given.name)
    return MadeProject(name=given.name)


@routes.get("/audit", AuditRows)
def list_audit(asked: Asks, *, limit: Limit = USUAL, cursor: Cursor = None) -> AuditRows:
    """Return what was done with users, keys and projects, and what was refused."""
    before = after_number(cursor) if cursor else None
    found = audit_page(asked.accounts, before=before, limit=limit + 1)
    return AuditRows(
        audit=found[:limit],
        next_cursor=str(found[limit - 1].audit_id) if len(found) > limit else None,
    )
