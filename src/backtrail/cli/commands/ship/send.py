"""`backtrail send`: the recordings of this machine, brought to a server."""

from __future__ import annotations

import time
from pathlib import Path
from random import SystemRandom

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import find_store
from backtrail.cli.options import example, json_option
from backtrail.cli.text import counted, emit_json
from backtrail.model.errors import RefusedError, UsageError
from backtrail.model.limits.reading import KEY_BYTES_MAX, SEND_LOOK_S, SEND_TRIES_MAX
from backtrail.serve.shipping.requests import Patience, Server
from backtrail.serve.shipping.sending import Sender, Sent


@click.command(
    epilog=example(
        "$ backtrail send http://127.0.0.1:4600",
        "$ backtrail send https://trails.example.com --key-file ~/.trails-key --follow",
    )
)
@click.argument("url", metavar="URL")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False),
    help="A file that holds a key which may send.",
)
@click.option("--follow", is_flag=True, help="Go on with what programs record, until Ctrl-C.")
@json_option
@click.pass_obj
def send(
    invocation: Invocation, url: str, key_file: str | None, *, follow: bool, as_json: bool
) -> None:
    """Bring the recordings of this machine to a server.

    Every event is sent as it stands in the journal, with the states that are too long for one, and
    is on the server's disk when it counts as sent. How far it came is kept for each server: what is
    there already is not sent again, and what comes twice is kept once. While the server is away or
    has no room, the same is sent again after a while; with --follow, for ever.
    """
    home = find_store(invocation)
    key = None if key_file is None else _key(Path(invocation.cwd, key_file))
    patience = Patience(
        pause=time.sleep,
        jitter=SystemRandom().random,
        tries_max=None if follow else SEND_TRIES_MAX,
        told=_told,
    )
    with Server(url, key, patience) as server:
        sender = Sender(home, server)
        _send(sender, follow=follow)
    _say(sender.sent, as_json=as_json)
    if sender.sent.refused:
        process, why = next(iter(sender.sent.refused.items()))
        raise RefusedError(
            f"{server.url} took nothing of {counted(len(sender.sent.refused), 'process')}, "
            f"as of {process}: {why}",
            hint="send to the server of another machine",
        )


def _send(sender: Sender, *, follow: bool) -> None:
    try:
        sender.send()
        while follow:
            time.sleep(SEND_LOOK_S)
            sender.send()
    except KeyboardInterrupt:
        if not follow:
            raise


def _told(why: str, seconds: float) -> None:
    click.secho(f"not sent: {why}; again in {seconds:.1f} s", dim=True, err=True)


def _key(path: Path) -> str:
    """Return the key that a file holds."""
    with path.open("rb") as file:
        key = file.read(KEY_BYTES_MAX + 1).strip().decode("ascii", "replace")
    if not key or len(key) > KEY_BYTES_MAX or not (key.isascii() and key.isprintable()):
        raise UsageError(f"{path} holds no key", hint="write nothing into it but the key")
    return key


def _say(sent: Sent, *, as_json: bool) -> None:
    if as_json:
        emit_json(sent)
    elif not sent.events:
        click.echo(f"{sent.server} has all that is recorded here")
    else:
        what = f"{counted(sent.events, 'event')} of {counted(sent.processes, 'process')}"
        click.echo(f"{what} sent to {sent.server}")
