"""`backtrail tail`: events as they are recorded."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterator

import click
import msgspec

from backtrail.cli.failure_text import Page
from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import find_store, opened_store, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.cli.story_text import event_row
from backtrail.model.event import Event
from backtrail.model.limits.reading import FOLLOW_EVENTS_MAX
from backtrail.serve.following import Follower, is_wanted
from backtrail.trail.story import EventLine, event_lines, span_names

POLL_S = 0.2
"""How often the journal is looked at."""
SPAN_NAMES_MAX = 10_000
"""Names of spans that are remembered, for the events that end them."""


@click.command(
    epilog=example(
        "$ backtrail tail --kind error --kind log",
        "13:30:01.250  WARNING shop: 3 left of kettle",
    )
)
@click.option("--trace", "trace_text", metavar="ID", help="Only this trace.")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="Only `log.emitted`, or all of `log`."
)
@click.option(
    "-n", "--lines", default=10, show_default=True, help="Events from before to begin with."
)
@json_option
@click.pass_obj
def tail(
    invocation: Invocation,
    trace_text: str | None,
    kinds: tuple[str, ...],
    lines: int,
    *,
    as_json: bool,
) -> None:
    """Follow the events of running programs, until Ctrl-C.

    What ended before is not shown; `backtrail show` tells of it.

    With --json, each event is one JSON object on a line of its own.
    """
    home = find_store(invocation)
    trace_id = None
    if trace_text is not None:
        with opened_store(invocation) as catalog:
            trace_id = resolve_trace(catalog, trace_text)
    follower = Follower(home / "journal")
    follower.skip_finished()
    test = is_wanted(trace_id=trace_id, kinds=kinds)
    printer = _Printer(Page(width=invocation.width, cwd=invocation.cwd), as_json=as_json)
    last: deque[Event] = deque(maxlen=lines)
    is_live = False
    for before in _backlog(follower):
        is_live = True
        printer.learn(before)
        last.extend(event for event in before if test(event))
    if sys.stderr.isatty():
        what = "" if is_live else "; no program records at this moment"
        click.secho(f"following {home}{what}, Ctrl-C ends", dim=True, err=True)
    printer.put(last)
    while True:
        found = follower.poll()
        printer.put([event for event in found if test(event)])
        if len(found) < FOLLOW_EVENTS_MAX:
            time.sleep(POLL_S)


def _backlog(follower: Follower) -> Iterator[list[Event]]:
    """Yield what the programs that run have recorded so far."""
    while found := follower.poll():
        yield found
        if len(found) < FOLLOW_EVENTS_MAX:
            return


class _Printer:
    """Prints events, and remembers the names of spans for their ends."""

    def __init__(self, page: Page, *, as_json: bool) -> None:
        self.page = page
        self.as_json = as_json
        self.names: dict[str, str] = {}

    def learn(self, events: list[Event] | deque[Event]) -> None:
        """Remember the names of the spans that begin among events."""
        if len(self.names) > SPAN_NAMES_MAX:
            self.names.clear()
        self.names.update(span_names(events))

    def put(self, events: list[Event] | deque[Event]) -> None:
        """Print events."""
        self.learn(events)
        for line in event_lines(events, names=self.names):
            click.echo(self._text(line))
        sys.stdout.flush()

    def _text(self, line: EventLine) -> str | bytes:
        return msgspec.json.encode(line) if self.as_json else event_row(line, self.page)
