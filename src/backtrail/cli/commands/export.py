"""`backtrail export`: events as JSON Lines, of one trace or of all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from backtrail.cli.files.folder import FolderWritten, write_folder
from backtrail.cli.files.whole import whole_file
from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import opened_store, progress, resolve_trace
from backtrail.cli.options import example, json_option
from backtrail.cli.text import bytes_text, counted, emit_json
from backtrail.store import reading
from backtrail.store.catalog import Catalog

PAGE = 1_000
"""Ids of traces that are asked for at once."""
LAST_ID = "\U0010ffff"


@click.command(
    epilog=example(
        "$ backtrail export latest -o failure.jsonl",
        "$ backtrail export --all | wc -l",
        "$ backtrail export --all --layout files -o sessions",
    )
)
@click.argument("trace", metavar="[ID]", required=False)
@click.option("--all", "is_all", is_flag=True, help="Every trace, the oldest first.")
@click.option(
    "--layout",
    type=click.Choice(["lines", "files"]),
    default="lines",
    show_default=True,
    help="One line per event, or a folder of files per session.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="Write to a file, or with --layout files to a folder; whole or not at all.",
)
@json_option
@click.pass_obj
def export(
    invocation: Invocation,
    trace: str | None,
    output: str | None,
    *,
    is_all: bool,
    layout: str,
    as_json: bool,
) -> None:
    """Write events as JSON Lines, in the order of time.

    Each line is one event. The latest trace is written unless one is named. With --json, the
    events are one JSON array; with --output as well, the file gets lines, and the JSON says how
    many.

    With --layout files, each session gets a folder with errors/, llm_transcripts/, traces/, diffs/,
    log.jsonl and performance.jsonl.
    """
    if layout == "files" and output is None:
        raise click.UsageError("--layout files needs a folder: -o", click.get_current_context())
    if layout == "lines" and output is not None and Path(output).is_dir():
        raise click.UsageError(f"{output} is a folder", click.get_current_context())
    if trace is not None and is_all:
        raise click.UsageError("an ID and --all exclude each other", click.get_current_context())
    with opened_store(invocation) as catalog:
        ids = (
            list(all_trace_ids(catalog)) if is_all else [resolve_trace(catalog, trace or "latest")]
        )
        if layout == "files" and output is not None:
            with progress("exporting") as report:
                _say(output, write_folder(catalog, ids, Path(output), report), as_json=as_json)
            return
        if output is None:
            _write(catalog, ids, sys.stdout.buffer, as_array=as_json)
            return
        with whole_file(output) as target:
            events = _write(catalog, ids, target, as_array=False)
    if as_json:
        emit_json({"file": output, "traces": len(ids), "events": events})
    else:
        size = bytes_text(os.path.getsize(output))  # noqa: PTH202
        click.echo(
            f"{counted(events, 'event')} of {counted(len(ids), 'trace')} in {output} ({size})"
        )


def _say(output: str, written: FolderWritten, *, as_json: bool) -> None:
    if as_json:
        emit_json({"folder": output, "sessions": written.sessions})
        return
    for folder in written.sessions:
        parts = (("trace", folder.traces), ("event", folder.events), ("error", folder.errors))
        told = ", ".join(counted(number, noun) for noun, number in parts)
        click.echo(f"{told} in {output}/{folder.folder}")


def all_trace_ids(catalog: Catalog) -> Iterator[str]:
    """Yield the id of every trace in the order of the ids, which is that of time."""
    low = ""
    while rows := catalog.rows("trace_ids_between", low=low, high=LAST_ID, limit=PAGE):
        for row in rows:
            yield row["trace_id"]
        low = rows[-1]["trace_id"] + "\0"


def _write(catalog: Catalog, ids: list[str], target: BinaryIO, *, as_array: bool) -> int:
    """Write the events; return how many they were."""
    between = b",\n" if as_array else b"\n"
    written = 0
    encode = msgspec.json.Encoder().encode
    target.write(b"[" if as_array else b"")
    with progress("exporting") as report:
        for done, trace_id in enumerate(ids):
            for event in reading.events(catalog, trace_id):
                target.write((between if written and as_array else b"") + encode(event))
                target.write(b"" if as_array else b"\n")
                written += 1
            if report is not None:
                report(done + 1, len(ids))
    target.write(b"]\n" if as_array else b"")
    target.flush()
    return written
