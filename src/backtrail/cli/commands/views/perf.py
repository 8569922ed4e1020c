"""`backtrail perf`: where the time went."""

from __future__ import annotations

import click

from backtrail.cli.commands.views.asking import TraceGroup, emit_view, looked
from backtrail.cli.failure_text import Page
from backtrail.cli.invocation import Invocation
from backtrail.cli.layout.perf_text import name_lines, perf_lines, recent_lines
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import MOMENT, example, json_option
from backtrail.cli.text import emit_json
from backtrail.model.errors import NotFoundError
from backtrail.model.limits.reading import PAGE_ROWS_MAX
from backtrail.store.answers import TraceFilter
from backtrail.trail.views.performance import PerformanceReader
from backtrail.trail.views.reader import read
from backtrail.trail.views.recent_performance import recent_performance
from backtrail.trail.views.timing.one_name import OneNameReader


@click.group(
    cls=TraceGroup,
    invoke_without_command=True,
    epilog=example("$ backtrail perf", "$ backtrail perf latest", "$ backtrail perf show checkout"),
)
@click.argument("trace", metavar="[ID]", required=False)
@click.option("--since", type=MOMENT, help="Only traces begun since: 2h, 2026-11-21T10:00.")
@click.option("--name", metavar="TEXT", help="Only traces with this in their name.")
@click.option(
    "--limit",
    type=click.IntRange(1, PAGE_ROWS_MAX),
    default=25,
    show_default=True,
    help="Look at so many traces, the last ones.",
)
@json_option
@click.pass_context
def perf(
    context: click.Context,
    trace: str | None,
    *,
    since: int | None,
    name: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show where the time went: in one trace, or by name over the last ones.

    ID is a trace, or anything that belongs to one. Without it, the time of the last traces is added
    up by name.
    """
    if context.invoked_subcommand is not None:
        return
    invocation = context.ensure_object(Invocation)
    page = Page(width=invocation.width, cwd=invocation.cwd)
    with opened_store(invocation) as catalog:
        if trace is None:
            wanted = TraceFilter(since_unix_ns=since, name=name, limit=limit)
            recent = recent_performance(catalog, wanted)
            if as_json:
                emit_json(recent)
            else:
                click.echo("\n".join(recent_lines(recent, page)))
            return
        trace_id = resolve_trace(catalog, trace)
        seen = looked(catalog, trace_id)
        told = read(catalog, trace_id, PerformanceReader())
    if as_json:
        emit_view(trace_id, told)
    else:
        click.echo("\n".join(perf_lines(told, seen, page)))


@perf.command(epilog=example("$ backtrail perf show checkout --trace latest"))
@click.argument("name")
@click.option("--trace", metavar="ID", default="latest", help="Another trace than the latest.")
@json_option
@click.pass_obj
def show(invocation: Invocation, name: str, *, trace: str, as_json: bool) -> None:
    """Show one name of a span, or of a call, in full: every time, and what it spent it on."""
    with opened_store(invocation) as catalog:
        trace_id = resolve_trace(catalog, trace)
        seen = looked(catalog, trace_id)
        told = read(catalog, trace_id, OneNameReader(name))
    if told.time is None:
        known = ", ".join(told.known) or "none at all"
        raise NotFoundError(
            f"trace {trace_id} has no span or call named {name}", hint=f"there are: {known}"
        )
    if as_json:
        emit_view(trace_id, told)
        return
    page = Page(width=invocation.width, cwd=invocation.cwd)
    click.echo("\n".join(name_lines(told, seen, page)))
