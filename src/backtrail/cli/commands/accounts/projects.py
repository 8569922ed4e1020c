"""`backtrail projects`: stores beside each other in one folder, each with its own readers."""

from __future__ import annotations

from pathlib import Path

import click
from msgspec import Struct

from backtrail.cli.commands.accounts.home import noted, opened_accounts
from backtrail.cli.invocation import Invocation
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json, table
from backtrail.store.accounts.names import DEFAULT, project_home
from backtrail.store.accounts.projects import create_project
from backtrail.store.accounts.projects import projects as known_projects


class Listed(Struct, frozen=True, kw_only=True):
    """A project."""

    name: str
    home: str
    """The folder that its recordings are in."""
    created_unix_ns: int | None


@click.group()
def projects() -> None:
    """Keep the recordings of several projects apart in one server.

    Each has a store of its own below this folder; the folder itself is project `default`.
    """


@projects.command(epilog=example("$ backtrail projects create kiln"))
@click.argument("name")
@json_option
@click.pass_obj
def create(invocation: Invocation, name: str, *, as_json: bool) -> None:
    """Make the project NAME."""
    with opened_accounts(invocation) as accounts:
        home = project_home(accounts.home, name)
        with accounts.writing() as writing:
            create_project(writing, name, now_unix_ns=invocation.clock.time_unix_ns())
            noted(writing, invocation, "project.created", f"project {name}", name)
    if as_json:
        emit_json({"name": name, "home": str(home)})
    else:
        click.echo(f"project {name}: {home}")


@projects.command("list", epilog=example("$ backtrail projects list"))
@json_option
@click.pass_obj
def list_projects(invocation: Invocation, *, as_json: bool) -> None:
    """List the projects, and where they are."""
    with opened_accounts(invocation) as accounts:
        found = [_listed(accounts.home, DEFAULT, None)]
        found += [
            _listed(accounts.home, each.name, each.created_unix_ns)
            for each in known_projects(accounts)
        ]
    if as_json:
        emit_json({"projects": found})
        return
    rows = [[each.name, each.home] for each in found]
    heads = ["project", "folder"]
    click.echo("\n".join(table(rows, heads=heads, width=invocation.width, right=frozenset())))


def _listed(home: Path, name: str, created_unix_ns: int | None) -> Listed:
    return Listed(name=name, home=str(project_home(home, name)), created_unix_ns=created_unix_ns)
