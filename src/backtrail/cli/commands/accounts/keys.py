"""`backtrail keys`: by what programs are known to a server."""

from __future__ import annotations

import click
from msgspec import Struct

from backtrail.cli.commands.accounts.home import entropy, noted, opened_accounts
from backtrail.cli.commands.accounts.users import project_option
from backtrail.cli.invocation import Invocation
from backtrail.cli.options import example, json_option
from backtrail.cli.text import day_and_clock_text, emit_json, table
from backtrail.model.limits.reading import KEY_RATE_PER_MINUTE, KEY_RATE_PER_MINUTE_MAX, KEYS_MAX
from backtrail.store.accounts.keys import create_key, keys_page, revoke_key
from backtrail.store.accounts.projects import known_project
from backtrail.store.accounts.rows import SCOPES, Scope


class Listed(Struct, frozen=True, kw_only=True):
    """A key, without what makes it one."""

    key_id: str
    name: str
    project: str
    scopes: tuple[Scope, ...]
    rate_per_minute: int
    created_unix_ns: int
    last_used_unix_ns: int | None


@click.group()
def keys() -> None:
    """Say which programs are known to the server of this folder.

    The commands work on the folder, whether its server runs or not.
    """


@keys.command(epilog=example("$ backtrail keys create build --scope ingest"))
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    required=True,
    help="What it may do; may be given several times.",
)
@project_option
@click.option(
    "--rate",
    type=click.IntRange(1, KEY_RATE_PER_MINUTE_MAX),
    default=KEY_RATE_PER_MINUTE,
    show_default=True,
    help="Requests a minute.",
)
@json_option
@click.pass_obj
def create(
    invocation: Invocation,
    name: str,
    *,
    scopes: tuple[Scope, ...],
    project: str,
    rate: int,
    as_json: bool,
) -> None:
    """Make a key, and print it this once.

    NAME says what it is for. A program sends it as `X-API-Key`, or as `Authorization: Bearer`.
    """
    with opened_accounts(invocation) as accounts:
        known_project(accounts, project)
        with accounts.writing() as writing:
            key_id, key = create_key(
                writing,
                name=name,
                project=project,
                scopes=list(dict.fromkeys(scopes)),
                rate_per_minute=rate,
                now_unix_ns=invocation.clock.time_unix_ns(),
                entropy=entropy,
            )
            noted(writing, invocation, "key.created", f"key {key_id}", project)
    if as_json:
        emit_json({"key_id": key_id, "key": key})
        return
    click.echo(f"key, shown this once: {key}")
    click.echo(f"`backtrail keys revoke {key_id}` makes it worthless", err=True)


@keys.command("list", epilog=example("$ backtrail keys list"))
@json_option
@click.pass_obj
def list_keys(invocation: Invocation, *, as_json: bool) -> None:
    """List the keys of all projects, the oldest first."""
    with opened_accounts(invocation) as accounts:
        found = [
            Listed(
                key_id=key.key_id,
                name=key.name,
                project=key.project,
                scopes=key.scopes,
                rate_per_minute=key.rate_per_minute,
                created_unix_ns=key.created_unix_ns,
                last_used_unix_ns=key.last_used_unix_ns,
            )
            for key in keys_page(accounts, project=None, after=0, limit=KEYS_MAX)
        ]
    if as_json:
        emit_json({"keys": found})
        return
    if not found:
        click.echo("no keys")
        return
    rows = [
        [
            key.key_id,
            key.name,
            key.project,
            " ".join(key.scopes),
            "never" if key.last_used_unix_ns is None else day_and_clock_text(key.last_used_unix_ns),
        ]
        for key in found
    ]
    heads = ["id", "name", "project", "scopes", "used"]
    click.echo("\n".join(table(rows, heads=heads, width=invocation.width, right=frozenset())))


@keys.command(epilog=example("$ backtrail keys revoke 5f0c8e21a94b"))
@click.argument("key_id", metavar="ID")
@json_option
@click.pass_obj
def revoke(invocation: Invocation, key_id: str, *, as_json: bool) -> None:
    """Make the key of this ID worthless, also at a server that runs."""
    with opened_accounts(invocation) as accounts, accounts.writing() as writing:
        revoke_key(writing, key_id, must_leave_admin=False)
        noted(writing, invocation, "key.revoked", f"key {key_id}")
    if as_json:
        emit_json({"key_id": key_id})
    else:
        click.echo(f"key {key_id} is revoked")
