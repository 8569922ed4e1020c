"""`backtrail index`: the catalogue, brought up to the journal or made anew."""

from __future__ import annotations

from contextlib import closing

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import find_store, opened_catalog, progress, store_setting
from backtrail.cli.options import example, json_option
from backtrail.cli.text import bytes_text, counted, emit_json
from backtrail.model.limits.reading import TEXT_PARTS_AT_ONCE
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.rebuild import Rebuilt
from backtrail.store.rebuild import rebuild as make_anew
from backtrail.store.text.index import TextIndex


@click.command(
    epilog=example("$ backtrail index --rebuild", "1,042 events from 3 segments (288.1 KiB)")
)
@click.option("--rebuild", is_flag=True, help="Make the catalogue anew; the answers are the same.")
@json_option
@click.pass_obj
def index(invocation: Invocation, *, rebuild: bool, as_json: bool) -> None:
    """Bring the catalogue up to the journal.

    Every command does this by itself; it is here for scripts, to rebuild, and for the index of
    words, which makes a search for a text fast and which a server fills by itself.
    """
    done = _rebuild(invocation) if rebuild else _refresh(invocation)
    if as_json:
        emit_json(done)
    else:
        _print(done)


def _refresh(invocation: Invocation) -> Rebuilt:
    with opened_catalog(invocation) as catalog, progress("indexing") as report:
        indexed = refresh(catalog, report)
        _fill_text(catalog)
    return Rebuilt(indexed=indexed, events_from_blocks=0, set_aside=None)


def _rebuild(invocation: Invocation) -> Rebuilt:
    home = find_store(invocation)
    with progress("indexing") as report:
        done = make_anew(home, report, store=store_setting(invocation, home))
    with opened_catalog(invocation) as catalog:
        _fill_text(catalog)
    return done


def _fill_text(catalog: Catalog) -> None:
    """Index the words of all events; a server does it in the background."""
    with closing(TextIndex(catalog)) as text:
        while text.fill(TEXT_PARTS_AT_ONCE):
            pass


def _print(done: Rebuilt) -> None:
    indexed = done.indexed
    size = bytes_text(indexed.bytes_read)
    segments = counted(indexed.segments, "segment")
    click.echo(f"{counted(indexed.events, 'event')} from {segments} ({size})")
    if done.events_from_blocks:
        click.echo(f"{counted(done.events_from_blocks, 'event')} whose segments are gone")
    if done.set_aside:
        click.echo(f"the damaged catalogue is kept as {done.set_aside}")
    if indexed.torn:
        lines = counted(indexed.torn, "line")
        click.echo(f"{lines} could not be read; `backtrail doctor` says where")
