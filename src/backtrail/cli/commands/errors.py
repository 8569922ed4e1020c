"""`backtrail errors`: which errors there are, and one of them in full."""

from __future__ import annotations

import click

from backtrail.cli.failure_text import Page, failure_lines
from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import MOMENT, example, json_option
from backtrail.cli.story_text import ID_SHOWN
from backtrail.cli.text import emit_json, table, tone, when_text
from backtrail.model.limits.reading import PAGE_ROWS_MAX
from backtrail.store import reading
from backtrail.store.answers import ErrorSummary
from backtrail.store.lookup import short_ids
from backtrail.trail.telling import tell_error


@click.group(
    invoke_without_command=True,
    epilog=example("$ backtrail errors --since 1d", "$ backtrail errors show latest"),
)
@click.option("--trace", metavar="ID", help="Only errors of this trace.")
@click.option("--since", type=MOMENT, help="Only errors since: 2h, 2026-11-21T10:00.")
@click.option(
    "--limit",
    type=click.IntRange(1, PAGE_ROWS_MAX),
    default=25,
    show_default=True,
    help="List at most so many.",
)
@json_option
@click.pass_context
def errors(
    context: click.Context, trace: str | None, since: int | None, limit: int, *, as_json: bool
) -> None:
    """List errors, the latest first, or show one."""
    if context.invoked_subcommand is not None:
        return
    invocation = context.ensure_object(Invocation)
    with opened_store(invocation) as catalog:
        trace_id = None if trace is None else resolve_trace(catalog, trace)
        found = reading.errors(catalog, trace_id=trace_id, since_unix_ns=since, limit=limit)
    if as_json:
        emit_json({"errors": found})
    else:
        is_filtered = trace is not None or since is not None
        click.echo("\n".join(_lines(found, invocation, is_filtered=is_filtered)))


@errors.command(epilog=example("$ backtrail errors show latest --json"))
@click.argument("error", metavar="[ID]", default="latest")
@json_option
@click.pass_obj
def show(invocation: Invocation, error: str, *, as_json: bool) -> None:
    """Show one error in full.

    ID is an error, or a trace that holds one error. The latest is shown unless one is named.
    """
    with opened_store(invocation) as catalog:
        failure = tell_error(catalog, reading.resolve_error(catalog, error))
    if as_json:
        emit_json(failure)
        return
    for line in failure_lines(failure, Page(width=invocation.width, cwd=invocation.cwd)):
        click.echo(line)
    command = f"backtrail show {failure.trace_id[:ID_SHOWN]}"
    click.echo(f"{tone(command, 'code')}  {tone('its trace', 'quiet')}")


def _lines(found: list[ErrorSummary], invocation: Invocation, *, is_filtered: bool) -> list[str]:
    if not found:
        return [tone("no error is like that" if is_filtered else "no error is recorded", "quiet")]
    now = invocation.clock.time_unix_ns()
    short = short_ids(error.error_id for error in found)
    rows = [
        [
            short[error.error_id],
            when_text(error.time_unix_ns, now_unix_ns=now),
            _place(error),
            f"{error.repeats + 1:,}" if error.repeats else "",
            "handled" if error.is_handled else error.mechanism,
            f"{error.type}: {error.message}" if error.message else error.type,
        ]
        for error in found
    ]
    heads = ["error", "when", "where", "times", "how", "what"]
    head, *lines = table(rows, heads=heads, width=invocation.width, right=frozenset({3}))
    toned = [
        line if error.is_handled else tone(line, "bad")
        for line, error in zip(lines, found, strict=True)
    ]
    return [head, *toned]


def _place(error: ErrorSummary) -> str:
    if error.file is None:
        return "-"
    return f"{error.file.rpartition('/')[2]}:{error.line}"
