"""`backtrail show`: what happened in a trace."""

from __future__ import annotations

import click

from backtrail.cli.failure_text import Page
from backtrail.cli.invocation import Invocation
from backtrail.cli.layout.trail_text import section_lines
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.cli.story_text import EVENTS_WITHOUT_ERROR, OUTLINE_DEPTH, story_lines
from backtrail.cli.text import emit_json
from backtrail.model.limits.reading import EVENTS_SHOWN_MAX, PAGE_ROWS_MAX
from backtrail.trail.whole import Trail, trail


@click.command(
    epilog=example(
        "$ backtrail show",
        "$ backtrail show 019a01d2b3c4 --events 50",
        "$ backtrail show latest --json",
    )
)
@click.argument("trace", metavar="[ID]", default="latest")
@click.option(
    "--depth",
    type=click.IntRange(1),
    default=OUTLINE_DEPTH,
    show_default=True,
    help="Levels of spans to print.",
)
@click.option(
    "--events", type=click.IntRange(0, PAGE_ROWS_MAX), help="Print the last N events too."
)
@click.option("--all", "all_events", is_flag=True, help="Print every event and every span.")
@json_option
@click.pass_obj
def show(
    invocation: Invocation,
    trace: str,
    *,
    depth: int,
    events: int | None,
    all_events: bool,
    as_json: bool,
) -> None:
    """Tell the story of a trace: its error, where it was, what came before.

    ID is a trace, or anything that belongs to one: an error, a run, a span, a session. The latest
    trace is shown unless one is named.
    """
    events_max = _events_max(events, all_events=all_events, as_json=as_json)
    with opened_store(invocation) as catalog:
        found = trail(catalog, resolve_trace(catalog, trace), events_max=events_max)
    if as_json:
        emit_json(found)
    else:
        _print(found, invocation, depth=depth, is_whole=all_events, has_events=events is not None)


def _events_max(events: int | None, *, all_events: bool, as_json: bool) -> int | None:
    if all_events:
        return None
    if events is not None:
        return events
    return EVENTS_SHOWN_MAX if as_json else EVENTS_WITHOUT_ERROR


def _print(
    found: Trail, invocation: Invocation, *, depth: int, is_whole: bool, has_events: bool
) -> None:
    page = Page(width=invocation.width, cwd=invocation.cwd)
    lines = story_lines(
        found,
        page,
        depth=depth,
        has_events=has_events or is_whole,
        is_whole=is_whole,
        sections=section_lines(found, page),
    )
    for line in lines:
        click.echo(line)
