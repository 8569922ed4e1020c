"""`backtrail why`: the likely cause of a failure, with the evidence."""

from __future__ import annotations

import click

from backtrail.cli.failure_text import Page
from backtrail.cli.invocation import Invocation
from backtrail.cli.layout.why_text import why_lines
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json
from backtrail.model.errors import NotFoundError
from backtrail.store import lookup, reading
from backtrail.store.catalog import Catalog
from backtrail.trail.cause.asking import why as ask_why


@click.command(epilog=example("$ backtrail why", "$ backtrail why 019a01d2b3c4 --json"))
@click.argument("trace", metavar="[ID]", default="latest")
@click.option(
    "--diff",
    "good",
    metavar="ID",
    help="Compare with this trace of the same operation, which went well.",
)
@json_option
@click.pass_obj
def why(invocation: Invocation, trace: str, *, good: str | None, as_json: bool) -> None:
    """Name the likely causes of a failure, best first, each with its evidence.

    ID is a trace, one of its errors, or anything else that belongs to one. No model is asked: the
    same trace always gives the same answer. Where an earlier trace of the same name went well, the
    differences from it count as evidence; `--diff` names another one.
    """
    with opened_store(invocation) as catalog:
        answer = ask_why(
            catalog,
            resolve_trace(catalog, trace),
            error_id=_error(catalog, trace),
            good_id=resolve_trace(catalog, good) if good else None,
        )
    if as_json:
        emit_json(answer)
        return
    page = Page(width=invocation.width, cwd=invocation.cwd)
    click.echo("\n".join(why_lines(answer, page)))


def _error(catalog: Catalog, text: str) -> str | None:
    """Return the error that a text names, if it is an error's id and not a trace's."""
    try:
        error_id = reading.resolve_error(catalog, text)
    except NotFoundError:
        return None
    return (
        error_id if text != lookup.LATEST and error_id.startswith(text.replace("-", "")) else None
    )
