"""`backtrail bundle`: one bounded page about a failure, for a person or an assistant."""

from __future__ import annotations

from pathlib import Path

import click

from backtrail.cli.files.whole import whole_file
from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.cli.text import json_text
from backtrail.model.limits.reading import BUNDLE_TOKENS, BUNDLE_TOKENS_MAX, BUNDLE_TOKENS_MIN
from backtrail.trail.page.composing import page
from backtrail.trail.page.material import gather, named_error
from backtrail.trail.page.writing import markdown


@click.command(
    epilog=example("$ backtrail bundle latest", "$ backtrail bundle latest --budget 2000 --json")
)
@click.argument("trace", metavar="[ID]", default="latest")
@click.option(
    "--budget",
    type=click.IntRange(BUNDLE_TOKENS_MIN, BUNDLE_TOKENS_MAX),
    default=BUNDLE_TOKENS,
    show_default=True,
    metavar="TOKENS",
    help="Its size at most; a token is taken for four characters.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Write to a file, whole or not at all."
)
@json_option
@click.pass_obj
def bundle(
    invocation: Invocation, trace: str, *, budget: int, output: str | None, as_json: bool
) -> None:
    """Write one bounded page about a failure, the most useful first.

    ID is a trace, or anything that belongs to one; the id of an error tells of that error. What has
    no room is named at the end, with the command that shows it.
    """
    with opened_store(invocation) as catalog:
        trace_id = resolve_trace(catalog, trace)
        error_id = named_error(catalog, trace, trace_id)
        material = gather(catalog, trace_id, error_id=error_id)
    found = page(material, budget_tokens=budget, is_json=as_json)
    text = json_text(found) if as_json else markdown(found)
    if output is None:
        click.echo(text)
    else:
        with whole_file(Path(invocation.cwd, output)) as target:
            target.write(f"{text}\n".encode())
