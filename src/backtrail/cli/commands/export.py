"""`backtrail export`: events as JSON Lines or in the formats of others, of some traces or all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec
from msgspec import structs

from backtrail.cli.files.folder import FolderWritten, write_folder
from backtrail.cli.files.formats import BINARY, FORMATS
from backtrail.cli.files.page import SUFFIX, write_page
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
        "$ backtrail export latest -o failure.html",
        "$ backtrail export --all | wc -l",
        "$ backtrail export --all --layout files -o sessions",
        "$ backtrail export latest --format otlp-json -o trace.json",
        "$ backtrail export --all --format parquet -o traces.parquet",
    )
)
@click.argument("traces", metavar="[ID]...", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Every trace, the oldest first.")
@click.option(
    "--layout",
    type=click.Choice(["lines", "files"]),
    default="lines",
    show_default=True,
    help="One line per event, or a folder of files per session.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["lines", *FORMATS]),
    default="lines",
    show_default=True,
    help="Events as they are, OpenTelemetry's spans, or a table.",
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
    traces: tuple[str, ...],
    output: str | None,
    *,
    is_all: bool,
    layout: str,
    form: str,
    as_json: bool,
) -> None:
    """Write events as JSON Lines, in the order of time.

    Each line is one event. The latest trace is written unless one is named. With --json, the
    events are one JSON array; with --output as well, the file gets lines, and the JSON says how
    many.

    With --format otlp-json or otlp-proto, the file holds spans as OpenTelemetry's protocol has
    them, which a server takes as the body of a request to `/v1/traces`; with parquet, a table with
    a row for each span and one for each event.

    A file whose name ends with .html is a page: it shows one trace in any browser, without a server
    and without asking for anything.

    With --layout files, each session gets a folder with errors/, llm_transcripts/, traces/, diffs/,
    log.jsonl and performance.jsonl.
    """
    _check(traces, output, is_all=is_all, layout=layout, form=form)
    with opened_store(invocation) as catalog:
        ids = (
            list(all_trace_ids(catalog))
            if is_all
            else list(dict.fromkeys(resolve_trace(catalog, each) for each in traces or ["latest"]))
        )
        if layout == "files" and output is not None:
            with progress("exporting") as report:
                _say(output, write_folder(catalog, ids, Path(output), report), as_json=as_json)
            return
        if output is not None and _is_page(output, layout, form):
            _say_page(catalog, ids[0], output, as_json=as_json)
            return
        if output is None:
            _write(catalog, ids, sys.stdout.buffer, form=form, as_array=as_json)
            return
        with whole_file(output) as target:
            events = _write(catalog, ids, target, form=form, as_array=False)
    if as_json:
        emit_json({"file": output, "traces": len(ids), "events": events})
    else:
        size = bytes_text(os.path.getsize(output))  # noqa: PTH202
        click.echo(
            f"{counted(events, 'event')} of {counted(len(ids), 'trace')} in {output} ({size})"
        )


def _check(
    traces: tuple[str, ...], output: str | None, *, is_all: bool, layout: str, form: str
) -> None:
    """Make sure that the options fit together.

    Raises:
        UsageError: they do not.
    """
    wrong = None
    if layout == "files" and output is None:
        wrong = "--layout files needs a folder: -o"
    elif layout == "files" and form != "lines":
        wrong = f"--layout files and --format {form} exclude each other"
    elif layout == "lines" and output is not None and Path(output).is_dir():
        wrong = f"{output} is a folder"
    elif _is_page(output, layout, form) and (is_all or len(traces) > 1):
        wrong = f"a page holds one trace, and {output} would be one"
    elif form in BINARY and output is None:
        wrong = f"--format {form} needs a file: -o"
    elif traces and is_all:
        wrong = "an ID and --all exclude each other"
    if wrong is not None:
        raise click.UsageError(wrong, click.get_current_context())


def _is_page(output: str | None, layout: str, form: str) -> bool:
    return layout == form == "lines" and output is not None and output.endswith(SUFFIX)


def _say_page(catalog: Catalog, trace_id: str, output: str, *, as_json: bool) -> None:
    with whole_file(output) as target:
        written = write_page(catalog, trace_id, target)
    if as_json:
        emit_json({"file": output, "trace_id": trace_id, **structs.asdict(written)})
        return
    size = bytes_text(os.path.getsize(output))  # noqa: PTH202
    parts = f"{counted(written.spans, 'span')} and {counted(written.events, 'event')}"
    click.echo(f"{parts} of trace {trace_id} in {output} ({size}); any browser opens it")
    for note in written.notes:
        click.echo(f"note: {note}")


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


def _write(catalog: Catalog, ids: list[str], target: BinaryIO, *, form: str, as_array: bool) -> int:
    """Write the events; return how many they were."""
    if form != "lines":
        with progress("exporting") as report:
            return FORMATS[form](catalog, ids, target, report)
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
