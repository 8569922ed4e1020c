"""`backtrail migrate`: takes the catalogue to another engine."""

from __future__ import annotations

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import find_store, progress, store_setting
from backtrail.cli.options import example, json_option
from backtrail.cli.text import counted, emit_json, tone
from backtrail.model.settings import shown
from backtrail.serve.journal.home import without_server
from backtrail.store.engines.choosing import SQLITE
from backtrail.store.engines.moving import Moved, move


@click.command(
    epilog=example(
        "$ backtrail migrate --to postgresql://me@db/traces",
        "$ backtrail migrate --to sqlite",
    )
)
@click.option(
    "--to",
    "target",
    required=True,
    metavar="ADDRESS",
    help="`sqlite`, or postgresql://user@host/database.",
)
@json_option
@click.pass_obj
def migrate(invocation: Invocation, target: str, *, as_json: bool) -> None:
    """Copy the catalogue to another engine, check the copy, and say what to set.

    One that was broken off goes on where it was. What the catalogue is copied from stays as it is;
    journal, errors and blobs stay in the directory in any case. No server may run meanwhile.
    """
    home = find_store(invocation)
    source = store_setting(invocation, home)
    with without_server(home), progress("copying") as report:
        done = move(home, source=source, target=target, progress=report)
    setting = str(shown(target))
    if as_json:
        emit_json({"moved": done, "store": setting})
    else:
        _print(done, setting)


def _print(done: Moved, setting: str) -> None:
    blocks = counted(done.blocks, "block")
    if done.resumed_at:
        blocks += f", {done.resumed_at:,} of them from an earlier attempt"
    click.echo(f"{counted(done.events, 'event')} of {counted(done.traces, 'trace')} in {blocks}")
    click.echo(f"both sides read back alike: sha256 {done.checksum[:16]}")
    click.echo(f"the catalogue is in {done.place} too; to use it, set")
    click.echo(tone(f'  BACKTRAIL_STORE="{setting}"', "code"))
    where = "in backtrail.toml"
    click.echo(f"or, {where}, " + tone(f'store = "{setting}"', "code"))
    if setting == SQLITE:
        click.echo("which is what it is when nothing is set")
