"""`backtrail state`: what became what."""

from __future__ import annotations

import click

from backtrail.cli.commands.views.asking import TraceGroup, emit_view, event_of_kind, looked
from backtrail.cli.failure_text import Page
from backtrail.cli.invocation import Invocation
from backtrail.cli.layout.state_text import change_lines, history_lines
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json
from backtrail.model.errors import NotFoundError
from backtrail.model.limits.reading import STATE_CHANGES_MAX
from backtrail.trail.views.reader import read
from backtrail.trail.views.state_history import STATE_CHANGED, StateReader, state_change


@click.group(
    cls=TraceGroup,
    invoke_without_command=True,
    epilog=example("$ backtrail state latest", "$ backtrail state show 0190b6a20000:17"),
)
@click.argument("trace", metavar="[ID]", default="latest")
@click.option("--name", metavar="TEXT", help="Only state with this in its name.")
@click.option(
    "--limit",
    type=click.IntRange(1, STATE_CHANGES_MAX),
    default=40,
    show_default=True,
    help="List at most so many, the last ones.",
)
@json_option
@click.pass_context
def state(
    context: click.Context, trace: str, *, name: str | None, limit: int, as_json: bool
) -> None:
    """List how the state of a program changed in a trace, or show one change.

    ID is a trace, or anything that belongs to one.
    """
    if context.invoked_subcommand is not None:
        return
    invocation = context.ensure_object(Invocation)
    with opened_store(invocation) as catalog:
        trace_id = resolve_trace(catalog, trace)
        seen = looked(catalog, trace_id)
        history = read(catalog, trace_id, StateReader(name=name))
    if as_json:
        emit_view(trace_id, history)
    else:
        page = Page(width=invocation.width, cwd=invocation.cwd)
        click.echo("\n".join(history_lines(history, seen, page, limit=limit)))


@state.command(epilog=example("$ backtrail state show latest --json"))
@click.argument("event", metavar="[EVENT_ID]", default="latest")
@json_option
@click.pass_obj
def show(invocation: Invocation, event: str, *, as_json: bool) -> None:
    """Show one change of state: the patch, and what was before and after it.

    EVENT_ID is the id that `backtrail state` prints, or a trace, whose last change is shown.
    """
    with opened_store(invocation) as catalog:
        named = resolve_trace(catalog, event) if ":" not in event else event
        found = event_of_kind(catalog, named, STATE_CHANGED, noun="a change of state")
    change = state_change(found)
    if change is None:
        raise NotFoundError(
            f"event {found.event_id} has not the shape of a change of state",
            hint=f"`backtrail export {found.trace_id}` has it as it is",
        )
    if as_json:
        emit_json({"trace_id": found.trace_id, "change": change, "patch": found.body.get("patch")})
        return
    page = Page(width=invocation.width, cwd=invocation.cwd)
    click.echo("\n".join(change_lines(change, page)))
