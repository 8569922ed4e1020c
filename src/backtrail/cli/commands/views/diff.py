"""`backtrail diff`: where two traces part."""

from __future__ import annotations

import click

from backtrail.cli.failure_text import Page
from backtrail.cli.invocation import Invocation
from backtrail.cli.layout.diff_text import comparison_lines
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json
from backtrail.model.limits.reading import DIFFERENCES_MAX
from backtrail.trail.comparison.comparing import compare


@click.command(epilog=example("$ backtrail diff latest latest", "$ backtrail diff 0190b6a2 latest"))
@click.argument("left", metavar="ID")
@click.argument("right", metavar="ID")
@click.option(
    "--limit",
    type=click.IntRange(1, DIFFERENCES_MAX),
    default=10,
    show_default=True,
    help="Print at most so many differences of each sort.",
)
@json_option
@click.pass_obj
def diff(invocation: Invocation, left: str, right: str, *, limit: int, as_json: bool) -> None:
    """Compare two traces: where they part, what differs, what takes longer.

    The first ID is what to compare with, such as a run that went well. Each is a trace, or anything
    that belongs to one.
    """
    with opened_store(invocation) as catalog:
        found = compare(catalog, resolve_trace(catalog, left), resolve_trace(catalog, right))
    if as_json:
        emit_json(found)
    else:
        page = Page(width=invocation.width, cwd=invocation.cwd)
        click.echo("\n".join(comparison_lines(found, page, limit=limit)))
