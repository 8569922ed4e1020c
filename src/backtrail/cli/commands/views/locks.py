"""`backtrail locks`: who waited for which lock, who held it, and in which order."""

from __future__ import annotations

import click

from backtrail.cli.commands.views.asking import emit_view, looked
from backtrail.cli.failure_text import Page
from backtrail.cli.invocation import Invocation
from backtrail.cli.layout.locks_text import lock_lines
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.model.limits.reading import LOCK_STEPS_MAX
from backtrail.trail.views.lock_timeline import LockReader
from backtrail.trail.views.reader import read


@click.command(epilog=example("$ backtrail locks", "$ backtrail locks latest --json"))
@click.argument("trace", metavar="[ID]", default="latest")
@click.option(
    "--limit",
    type=click.IntRange(1, LOCK_STEPS_MAX),
    default=40,
    show_default=True,
    help="List at most so many waits and holds, the last ones.",
)
@json_option
@click.pass_obj
def locks(invocation: Invocation, trace: str, *, limit: int, as_json: bool) -> None:
    """Show the locks of a trace: waits, holds, conflicting orders, deadlocks.

    ID is a trace, or anything that belongs to one. `backtrail run --locks` records the locks of a
    program.
    """
    with opened_store(invocation) as catalog:
        trace_id = resolve_trace(catalog, trace)
        seen = looked(catalog, trace_id)
        timeline = read(catalog, trace_id, LockReader())
    if as_json:
        emit_view(trace_id, timeline)
    else:
        page = Page(width=invocation.width, cwd=invocation.cwd)
        click.echo("\n".join(lock_lines(timeline, seen, page, limit=limit)))
