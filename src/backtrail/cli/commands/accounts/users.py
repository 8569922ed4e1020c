"""`backtrail users`: who may sign in at a server."""

from __future__ import annotations

import sys

import click
from msgspec import Struct

from backtrail.cli.commands.accounts.home import entropy, noted, opened_accounts
from backtrail.cli.invocation import Invocation
from backtrail.cli.options import example, json_option
from backtrail.cli.serving import part
from backtrail.cli.text import day_and_clock_text, emit_json, table
from backtrail.model.limits.reading import PASSWORD_CHARS_MAX, USERS_MAX
from backtrail.store.accounts.invitations import invite as make_invitation
from backtrail.store.accounts.names import DEFAULT, checked
from backtrail.store.accounts.projects import known_project
from backtrail.store.accounts.rows import ROLES, Role
from backtrail.store.accounts.secrets import fresh_secret
from backtrail.store.accounts.users import (
    add_user,
    give_role,
    has_users,
    remove_user,
    users_page,
)

role_option = click.option(
    "--role", type=click.Choice(ROLES), help="What they may do; else admin for the first, read."
)
project_option = click.option(
    "--project", default=DEFAULT, show_default=True, metavar="NAME", help="In which project."
)


class Listed(Struct, frozen=True, kw_only=True):
    """A user, without the password."""

    name: str
    roles: dict[str, Role]
    created_unix_ns: int
    login_unix_ns: int | None


@click.group()
def users() -> None:
    """Say who may sign in at the server of this folder.

    The commands work on the folder, whether its server runs or not.
    """


@users.command(epilog=example("$ backtrail users add ada --generate", "ada is a user: admin …"))
@click.argument("name")
@role_option
@project_option
@click.option("--generate", "is_made", is_flag=True, help="Make a password, and print it.")
@json_option
@click.pass_obj
def add(
    invocation: Invocation,
    name: str,
    *,
    role: Role | None,
    project: str,
    is_made: bool,
    as_json: bool,
) -> None:
    """Add the user NAME.

    The password is asked for, or read from the first line of standard input when that is no
    terminal: it is no argument, since other users of the machine see those.
    """
    passwords = part("backtrail.serve.auth.passwords", command="users", extra="serve")
    checked("user", name)
    with opened_accounts(invocation) as accounts:
        known_project(accounts, project)
        chosen = role or ("read" if has_users(accounts) else "admin")
        password = fresh_secret(entropy) if is_made else _asked_password()
        password_hash = passwords.hashed(password)
        with accounts.writing() as writing:
            add_user(
                writing,
                name=name,
                password_hash=password_hash,
                project=project,
                role=chosen,
                now_unix_ns=invocation.clock.time_unix_ns(),
            )
            noted(writing, invocation, "user.added", f"user {name}", project)
    shown = password if is_made else None
    if as_json:
        emit_json({"name": name, "project": project, "role": chosen, "password": shown})
        return
    click.echo(f"{name} is a user: {chosen} in project {project}")
    if shown is not None:
        click.echo(f"password, shown this once: {shown}")


@users.command("list", epilog=example("$ backtrail users list"))
@json_option
@click.pass_obj
def list_users(invocation: Invocation, *, as_json: bool) -> None:
    """List the users, the oldest first."""
    with opened_accounts(invocation) as accounts:
        found = [
            Listed(
                name=user.name,
                roles=user.roles,
                created_unix_ns=user.created_unix_ns,
                login_unix_ns=user.login_unix_ns,
            )
            for user in users_page(accounts, after=0, limit=USERS_MAX)
        ]
    if as_json:
        emit_json({"users": found})
        return
    if not found:
        click.echo("no users: whoever is on this machine may ask a server on loopback")
        return
    rows = [
        [
            user.name,
            ", ".join(f"{project}: {role}" for project, role in user.roles.items()),
            "never" if user.login_unix_ns is None else day_and_clock_text(user.login_unix_ns),
        ]
        for user in found
    ]
    heads = ["user", "roles", "signed in"]
    click.echo("\n".join(table(rows, heads=heads, width=invocation.width, right=frozenset())))


@users.command(epilog=example("$ backtrail users invite --role write"))
@click.option(
    "--role", type=click.Choice(ROLES), default="read", show_default=True, help="What they may do."
)
@project_option
@json_option
@click.pass_obj
def invite(invocation: Invocation, *, role: Role, project: str, as_json: bool) -> None:
    """Make an invitation, by which one person can register once."""
    with opened_accounts(invocation) as accounts:
        known_project(accounts, project)
        with accounts.writing() as writing:
            invitation, expires_unix_ns = make_invitation(
                writing,
                project=project,
                role=role,
                now_unix_ns=invocation.clock.time_unix_ns(),
                entropy=entropy,
            )
            noted(writing, invocation, "invitation.created", f"role {role}", project)
    if as_json:
        emit_json({"invitation": invitation, "expires_unix_ns": expires_unix_ns})
        return
    click.echo(f"invitation, shown this once: {invitation}")
    click.echo(f"good until {day_and_clock_text(expires_unix_ns)}")


@users.command(epilog=example("$ backtrail users allow ada --role write --project kiln"))
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What they may do.")
@project_option
@json_option
@click.pass_obj
def allow(invocation: Invocation, name: str, *, role: Role, project: str, as_json: bool) -> None:
    """Give the user NAME a role in a project."""
    with opened_accounts(invocation) as accounts:
        known_project(accounts, project)
        with accounts.writing() as writing:
            give_role(writing, name=name, project=project, role=role)
            noted(writing, invocation, "role.given", f"user {name}, role {role}", project)
    if as_json:
        emit_json({"name": name, "project": project, "role": role})
    else:
        click.echo(f"{name} is {role} in project {project}")


@users.command(epilog=example("$ backtrail users remove ada"))
@click.argument("name")
@json_option
@click.pass_obj
def remove(invocation: Invocation, name: str, *, as_json: bool) -> None:
    """Remove the user NAME, with all sessions and tokens."""
    with opened_accounts(invocation) as accounts, accounts.writing() as writing:
        remove_user(writing, name, must_leave_admin=False)
        noted(writing, invocation, "user.removed", f"user {name}")
    if as_json:
        emit_json({"name": name})
    else:
        click.echo(f"{name} is no user any more")


def _asked_password() -> str:
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked
    return sys.stdin.readline(PASSWORD_CHARS_MAX + 2).rstrip("\n")
