"""`backtrail ls`: which traces there are."""

from __future__ import annotations

from collections.abc import Sequence

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import opened_store
from backtrail.cli.options import DURATION, MOMENT, example, json_option
from backtrail.cli.text import (
    STATUS_TONES,
    day_and_clock_text,
    emit_json,
    table,
    tone,
    when_text,
)
from backtrail.model.limits.reading import PAGE_ROWS_MAX
from backtrail.store import reading
from backtrail.store.answers import Found, TraceFilter, TraceSummary
from backtrail.store.lookup import short_ids
from backtrail.store.query.fields import read_query
from backtrail.store.query.terms import EVERYTHING
from backtrail.trail.moment import duration_text
from backtrail.trail.wording import trace_name

NOTHING = "nothing is recorded here yet; `backtrail run -- python app.py` records a program"


@click.command(
    epilog=example(
        "$ backtrail ls --error --since 2h",
        "$ backtrail ls --grep T-5102 --json",
        "$ backtrail ls 'status:error name:\"llm*\" duration:>2s'",
    )
)
@click.argument("query", required=False)
@click.option("--error", "errors_only", is_flag=True, help="Only traces that hold an error.")
@click.option("--slower-than", type=DURATION, help="Only traces that took longer: 250ms, 2s, 1h.")
@click.option("--name", help="Only traces with this in their name.")
@click.option("--session", help="Only traces of this session.")
@click.option("--since", type=MOMENT, help="Only traces begun since: 2h, 2026-11-21T10:00.")
@click.option("--grep", metavar="TEXT", help="Only traces with this text in any event.")
@click.option(
    "--limit",
    type=click.IntRange(1, PAGE_ROWS_MAX),
    default=25,
    show_default=True,
    help="List at most so many.",
)
@click.option("--cursor", metavar="TEXT", help="Go on behind a page: its next_cursor in --json.")
@json_option
@click.pass_obj
def ls(
    invocation: Invocation,
    *,
    query: str | None,
    errors_only: bool,
    slower_than: float | None,
    name: str | None,
    session: str | None,
    since: int | None,
    grep: str | None,
    limit: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """List traces, the latest first.

    QUERY says which, as the options do: status, name, duration, started, session, run, command,
    errors, error, events, spans, any attribute, and words as texts, joined by and, or, not.
    """
    now_unix_ns = invocation.clock.time_unix_ns()
    wanted = TraceFilter(
        errors_only=errors_only,
        slower_than_ms=None if slower_than is None else slower_than * 1_000,
        name=name,
        session=session,
        since_unix_ns=since,
        grep=grep,
        query=None if query is None else read_query(query, now_unix_ns=now_unix_ns),
        cursor=cursor,
        limit=limit,
    )
    with opened_store(invocation) as catalog:
        found = reading.find(catalog, wanted)
    if as_json:
        emit_json(found)
    else:
        is_filtered = wanted.terms != EVERYTHING
        click.echo("\n".join(_lines(found, invocation, is_filtered=is_filtered)))


def ending_word(trace: TraceSummary) -> str:
    """Say in a word how a trace ended."""
    if trace.is_live:
        return "running"
    if trace.signal:
        return trace.signal
    if trace.exit_code:
        return f"exit {trace.exit_code}"
    return trace.status


def _lines(found: Found, invocation: Invocation, *, is_filtered: bool) -> Sequence[str]:
    if not found.traces:
        none = "no trace is like that" if is_filtered else NOTHING
        return [tone(none, "quiet"), *_how_complete(found)]
    now = invocation.clock.time_unix_ns()
    short = short_ids(trace.trace_id for trace in found.traces)
    rows = [
        [
            short[trace.trace_id],
            when_text(trace.start_unix_ns, now_unix_ns=now),
            duration_text(trace.took_ms),
            f"{trace.events:,}",
            f"{trace.errors:,}" if trace.errors else "",
            ending_word(trace),
            trace_name(trace.name, trace.command)
            + (f"  [{trace.session}]" if trace.session else ""),
        ]
        for trace in found.traces
    ]
    heads = ["trace", "began", "took", "events", "errors", "ended", "name"]
    head, *lines = table(rows, heads=heads, width=invocation.width, right=frozenset({2, 3, 4}))
    toned = [
        line if trace.status == "ok" else tone(line, STATUS_TONES[trace.status])
        for line, trace in zip(lines, found.traces, strict=True)
    ]
    return [head, *toned, *_how_complete(found)]


def _how_complete(found: Found) -> list[str]:
    if found.stopped_at_unix_ns is not None:
        when = day_and_clock_text(found.stopped_at_unix_ns)
        return [tone(f"events before {when} were not searched; use --since", "warn")]
    if found.is_complete:
        return []
    return [tone("there are more; use --limit, or a filter", "quiet")]
