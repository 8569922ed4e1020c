"""`backtrail llm`: which models were asked what, and what they answered."""

from __future__ import annotations

import click

from backtrail.cli.commands.views.asking import (
    TraceGroup,
    emit_view,
    event_of_kind,
    looked,
)
from backtrail.cli.failure_text import Page
from backtrail.cli.invocation import Invocation
from backtrail.cli.layout.llm_text import calls_lines, transcript_lines
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json
from backtrail.model.errors import NotFoundError
from backtrail.model.limits.reading import CALLS_LISTED_MAX
from backtrail.trail.views.reader import read
from backtrail.trail.views.said import LLM_CALLED, completed
from backtrail.trail.views.transcripts import LlmCallsReader, transcript


@click.group(
    cls=TraceGroup,
    invoke_without_command=True,
    epilog=example("$ backtrail llm latest", "$ backtrail llm show 0190b6a20000:17"),
)
@click.argument("trace", metavar="[ID]", default="latest")
@click.option(
    "--limit",
    type=click.IntRange(1, CALLS_LISTED_MAX),
    default=40,
    show_default=True,
    help="List at most so many, the last ones.",
)
@json_option
@click.pass_context
def llm(context: click.Context, trace: str, *, limit: int, as_json: bool) -> None:
    """List the calls to models in a trace, or show one with all that was said.

    ID is a trace, or anything that belongs to one.
    """
    if context.invoked_subcommand is not None:
        return
    invocation = context.ensure_object(Invocation)
    with opened_store(invocation) as catalog:
        trace_id = resolve_trace(catalog, trace)
        seen = looked(catalog, trace_id)
        calls = read(catalog, trace_id, LlmCallsReader())
    if as_json:
        emit_view(trace_id, calls)
    else:
        page = Page(width=invocation.width, cwd=invocation.cwd)
        click.echo("\n".join(calls_lines(calls, seen, page, limit=limit)))


@llm.command(epilog=example("$ backtrail llm show latest --json"))
@click.argument("call", metavar="[CALL_ID]", default="latest")
@click.option("--all", "is_whole", is_flag=True, help="Print long messages to their end.")
@json_option
@click.pass_obj
def show(invocation: Invocation, call: str, *, is_whole: bool, as_json: bool) -> None:
    """Show one call to a model: what was sent, what came back.

    CALL_ID is the id that `backtrail llm` prints, or a trace, whose last call is shown.
    """
    with opened_store(invocation) as catalog:
        named = resolve_trace(catalog, call) if ":" not in call else call
        event = completed(
            catalog, event_of_kind(catalog, named, LLM_CALLED, noun="a call to a model")
        )
    told = transcript(event)
    if told is None:
        raise NotFoundError(
            f"event {event.event_id} has not the shape of a call to a model",
            hint=f"`backtrail export {event.trace_id}` has it as it is",
        )
    if as_json:
        emit_json(told)
        return
    page = Page(width=invocation.width, cwd=invocation.cwd)
    click.echo("\n".join(transcript_lines(told, page, is_whole=is_whole)))
