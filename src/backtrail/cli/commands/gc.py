"""`backtrail gc`: removes old traces."""

from __future__ import annotations

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import opened_store
from backtrail.cli.options import DURATION, SIZE, example, json_option
from backtrail.cli.text import bytes_text, counted, emit_json, table, tone, when_text
from backtrail.model.settings import Settings
from backtrail.record.settings import find_home, read_settings
from backtrail.store import retention
from backtrail.store.lookup import short_ids
from backtrail.store.retention import Plan, Retention

S_PER_DAY = 86_400
BYTES_PER_MIB = 1 << 20
TRACES_LISTED_MAX = 20


@click.command(
    epilog=example("$ backtrail gc --max-age 7d --dry-run", "$ backtrail gc --max-size 500MB")
)
@click.option("--max-age", type=DURATION, help="Remove traces older than this: 12h, 30d.")
@click.option("--max-size", type=SIZE, help="Remove the oldest beyond this size: 500MB, 2GiB.")
@click.option("--max-traces", type=click.IntRange(0), help="Remove the oldest beyond this number.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@json_option
@click.pass_obj
def gc(
    invocation: Invocation,
    *,
    max_age: float | None,
    max_size: int | None,
    max_traces: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Remove old traces, but none that is pinned or still being recorded.

    What is not given is taken from the settings keep_days, keep_mib and keep_traces.
    """
    home = find_home(invocation.cwd, invocation.environ)
    settings, _sources = read_settings(home, invocation.environ)
    limits = _limits(settings, max_age=max_age, max_size=max_size, max_traces=max_traces)
    with opened_store(invocation) as catalog:
        plan = retention.plan(catalog, limits, invocation.clock.time_unix_ns())
        if not dry_run:
            plan = retention.apply(catalog, plan)
    if as_json:
        emit_json({"is_dry_run": dry_run, "limits": limits, "plan": plan})
    else:
        _print(plan, invocation, dry_run=dry_run)


def _limits(
    settings: Settings, *, max_age: float | None, max_size: int | None, max_traces: int | None
) -> Retention:
    return Retention(
        age_s_max=settings.keep_days * S_PER_DAY if max_age is None else max_age,
        bytes_max=int(settings.keep_mib * BYTES_PER_MIB) if max_size is None else max_size,
        traces_max=settings.keep_traces if max_traces is None else max_traces,
    )


def _print(plan: Plan, invocation: Invocation, *, dry_run: bool) -> None:
    if dry_run and plan.traces:
        now = invocation.clock.time_unix_ns()
        short = short_ids(trace.trace_id for trace in plan.traces[:TRACES_LISTED_MAX])
        rows = [
            [
                short[trace.trace_id],
                when_text(trace.end_unix_ns, now_unix_ns=now),
                bytes_text(trace.size_bytes),
                trace.reason,
                trace.name,
            ]
            for trace in plan.traces[:TRACES_LISTED_MAX]
        ]
        heads = ["trace", "ended", "size", "why", "name"]
        click.echo(
            "\n".join(table(rows, heads=heads, width=invocation.width, right=frozenset({2})))
        )
        if (left := len(plan.traces) - TRACES_LISTED_MAX) > 0:
            click.echo(tone(f"… {counted(left, 'further trace')}", "quiet"))
    if not plan.traces and not plan.segments:
        click.echo(f"nothing to remove: all {bytes_text(plan.bytes_before)} are within the limits")
        return
    verb = "would be removed" if dry_run else "removed"
    freed = f"about {bytes_text(plan.bytes_freed)} of {bytes_text(plan.bytes_before)}"
    files = counted(len(plan.segments), "journal file")
    click.echo(f"{counted(len(plan.traces), 'trace')} and {files} {verb}, {freed}")
    if plan.pinned:
        click.echo(f"{counted(plan.pinned, 'trace')} over a limit kept, since pinned")
