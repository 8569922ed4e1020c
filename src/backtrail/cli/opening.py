"""Opens the store for a command: finds it, brings its catalogue up to date, shows progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from backtrail.cli.dogfood import SESSION as DOGFOOD
from backtrail.cli.invocation import Invocation
from backtrail.model.errors import NotFoundError
from backtrail.record.settings import find_home, read_settings
from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.lookup import LATEST

Report = Callable[[int, int], None]
"""Is told how much is done, and of how much."""

DOGFOOD_SKIPPED_MAX = 200
"""Traces of our own commands that `latest` passes over."""
LONG_WORK_BYTES = 4 << 20
"""Work on less than this ends before anyone would look at a bar."""


def find_store(invocation: Invocation) -> Path:
    """Return the `.backtrail` directory.

    Raises:
        NotFoundError: nothing has been recorded here.
    """
    home = Path(find_home(invocation.cwd, invocation.environ))
    if not home.is_dir():
        raise NotFoundError(
            f"nothing is recorded here: there is no {home}",
            hint="`backtrail run -- python app.py` records a program",
        )
    return home


def store_setting(invocation: Invocation, home: Path) -> str | None:
    """Return where the catalogue of a directory is kept, as the settings say it."""
    return read_settings(str(home), invocation.environ)[0].store


@contextmanager
def opened_catalog(invocation: Invocation) -> Iterator[Catalog]:
    """Give the catalogue as it stands."""
    home = find_store(invocation)
    with Catalog.open(home, store=store_setting(invocation, home)) as catalog:
        if catalog.note and sys.stderr.isatty():
            click.secho(f"reading from memory: {catalog.note}", dim=True, err=True)
        yield catalog


@contextmanager
def opened_store(invocation: Invocation) -> Iterator[Catalog]:
    """Give the catalogue of all that has been recorded up to this moment."""
    with opened_catalog(invocation) as catalog:
        with progress("indexing", units_min=LONG_WORK_BYTES) as report:
            refresh(catalog, report)
        yield catalog


def resolve_trace(catalog: Catalog, text: str) -> str:
    """Return the full id of the trace that a text names.

    `latest` is the latest trace that is not one of our own commands.

    Raises:
        NotFoundError: it names none, or several.
    """
    if text.strip() == LATEST:
        for wanted in (TraceFilter(limit=1), TraceFilter(limit=DOGFOOD_SKIPPED_MAX)):
            for trace in reading.traces(catalog, wanted):
                if trace.session != DOGFOOD:
                    return trace.trace_id
    return reading.resolve_trace(catalog, text)


@contextmanager
def progress(label: str, *, units_min: int = 0) -> Iterator[Report | None]:
    """Give something to report progress to: a bar on a terminal, nothing in a pipe.

    Args:
        label: what is being done.
        units_min: no bar is shown for less work than this.
    """
    if not sys.stderr.isatty():
        yield None
        return
    bar = click.progressbar(length=1, label=label, file=sys.stderr)
    is_shown = False

    def report(done: int, total: int) -> None:
        nonlocal is_shown
        if not is_shown and total >= units_min:
            is_shown = True
            bar.__enter__()
        if is_shown:
            bar.length = max(total, 1)
            bar.update(min(done, total) - bar.pos)

    try:
        yield report
    finally:
        if is_shown:
            bar.__exit__(None, None, None)
