"""What the views have in common: an id or a subcommand, events by their ids."""

from __future__ import annotations

import click
from msgspec import Struct, structs

from backtrail.cli.layout.looked import Looked
from backtrail.cli.text import emit_json
from backtrail.model.errors import NotFoundError
from backtrail.model.event import Event
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.lookup import short_ids


class TraceGroup(click.Group):
    """A command that takes the id of a trace, or one of its own commands.

    click takes the first word for the one or for the other; here it is a command when there is one
    of that name, and otherwise the id, with options before and behind it.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Tell an id from a command."""
        if args and args[0] in self.commands:
            return super().parse_args(ctx, ["latest", *args])
        ctx.allow_interspersed_args = True
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return what it takes; a command of its own takes no id before its name."""
        params = super().get_params(ctx)
        if ctx.command is self:
            return params
        return [param for param in params if not isinstance(param, click.Argument)]


def looked(catalog: Catalog, trace_id: str) -> Looked:
    """Return what is needed to print a view of a trace, by its full id."""
    processes = [row["process"] for row in catalog.rows("blocks_of_trace", trace_id=trace_id)]
    return Looked(summary=reading.trace_summary(catalog, trace_id), processes=short_ids(processes))


def emit_view(trace_id: str, view: Struct) -> None:
    """Print a view of a trace as JSON."""
    emit_json({"trace_id": trace_id, **structs.asdict(view)})


def event_of_kind(catalog: Catalog, text: str, kind: str, *, noun: str) -> Event:
    """Return the event that a text names: by its own id, or the last of its kind in a trace.

    Raises:
        NotFoundError: it names none, or one of another kind.
    """
    if ":" in text:
        event = reading.event_named(catalog, text)
        if event.kind != kind:
            raise NotFoundError(
                f"event {text} is {event.kind}, not {noun}",
                hint=f"`backtrail show {event.trace_id} --all` lists the events of its trace",
            )
        return event
    trace_id = reading.resolve_trace(catalog, text)
    last = reading.last_events(catalog, trace_id, 1, kinds={kind})
    if not last:
        raise NotFoundError(
            f"trace {trace_id} holds not one {kind}", hint="`backtrail ls` lists the other traces"
        )
    return last[0]
