"""`backtrail why`: the likely cause of a failure, with the evidence."""

from __future__ import annotations

from collections.abc import Iterator

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import opened_store, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json
from backtrail.model.errors import NotFoundError
from backtrail.store import lookup, reading
from backtrail.store.catalog import Catalog
from backtrail.trail.cause.answer import Candidate, Step, Why
from backtrail.trail.cause.asking import why as ask_why
from backtrail.trail.moment import duration_text

TEXT_CHARS_MAX = 400
SUSPECTS_SHOWN = 4


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
    for line in why_lines(answer):
        click.echo(line)


def _error(catalog: Catalog, text: str) -> str | None:
    """Return the error that a text names, if it is an error's id and not a trace's."""
    try:
        error_id = reading.resolve_error(catalog, text)
    except NotFoundError:
        return None
    return (
        error_id if text != lookup.LATEST and error_id.startswith(text.replace("-", "")) else None
    )


def why_lines(answer: Why) -> Iterator[str]:
    """Write an answer as a page for a person."""
    if answer.error is not None:
        yield click.style(_short(answer.error), fg="red", bold=True)
        yield f"  in {answer.where or 'code of a library'}"
    if answer.suspects:
        shown = "; ".join(answer.suspects[:SUSPECTS_SHOWN])
        yield click.style(f"  looked for {_short(shown)}", dim=True)
    if not answer.candidates:
        yield ""
        yield f"No cause is named: {answer.note}."
        yield click.style("  backtrail show tells what happened", dim=True)
        return
    for rank, candidate in enumerate(answer.candidates, start=1):
        yield ""
        yield from _candidate_lines(rank, candidate)
    if answer.compared_with:
        yield click.style(f"\ncompared with {answer.compared_with}, which went well", dim=True)
    if answer.note:
        yield click.style(answer.note, dim=True)


def _candidate_lines(rank: int, candidate: Candidate) -> Iterator[str]:
    kind = candidate.kind.replace("_", " ")
    head = click.style(f"{rank}. {kind}", bold=True, fg="yellow" if rank == 1 else None)
    before = duration_text(candidate.event.before_ms)
    yield f"{head}  {candidate.where or ''}  {click.style(f'{before} before', dim=True)}"
    yield f"   {_short(candidate.summary)}"
    yield from (f"   {click.style('+', fg='green')} {_short(text)}" for text in candidate.evidence)
    yield from (f"   {click.style('-', fg='red')} {_short(text)}" for text in candidate.against)
    if rank == 1:
        yield "   from there to the failure:"
        yield from (_step_line(step) for step in candidate.chain)
    yield click.style(f"   event {candidate.event.id}", dim=True)


def _step_line(step: Step) -> str:
    where = f"{step.where}  " if step.where else ""
    return f"     {'→' if step.event_id else '✗'} {where}{_short(step.text)}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= TEXT_CHARS_MAX else f"{text[:TEXT_CHARS_MAX]}…"
