"""`backtrail pin` and `backtrail unpin`: traces that no clean-up removes."""

from __future__ import annotations

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json
from backtrail.store import kept


@click.command(epilog=example("$ backtrail pin latest"))
@click.argument("trace", metavar="ID")
@json_option
@click.pass_obj
def pin(invocation: Invocation, trace: str, *, as_json: bool) -> None:
    """Keep a trace from being removed by `gc`."""
    _set(invocation, trace, is_pinned=True, as_json=as_json)


@click.command(epilog=example("$ backtrail unpin latest"))
@click.argument("trace", metavar="ID")
@json_option
@click.pass_obj
def unpin(invocation: Invocation, trace: str, *, as_json: bool) -> None:
    """Let a pinned trace be removed by `gc` again."""
    _set(invocation, trace, is_pinned=False, as_json=as_json)


def _set(invocation: Invocation, text: str, *, is_pinned: bool, as_json: bool) -> None:
    with opened_store(invocation) as catalog:
        trace_id = resolve_trace(catalog, text)
        change = kept.pin if is_pinned else kept.unpin
        change(catalog.home, trace_id)
    if as_json:
        emit_json({"trace_id": trace_id, "is_pinned": is_pinned})
    else:
        click.echo(f"{trace_id} is {'pinned' if is_pinned else 'no longer pinned'}")
