"""A folder of traces, one folder per session in it, and a list of what is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from backtrail.cli.files.naming import session_folder
from backtrail.cli.files.session import SessionFolder, opened
from backtrail.model.errors import UsageError
from backtrail.model.version import __version__
from backtrail.store import reading
from backtrail.store.catalog import Catalog

INDEX = "index.json"


class SessionWritten(Struct, frozen=True, kw_only=True):
    """What a folder of a session holds."""

    session: str | None
    folder: str
    traces: int
    events: int
    errors: int
    llm_transcripts: int
    diffs: int
    left_out: int
    """Files that there was no room for."""


class FolderWritten(Struct, frozen=True, kw_only=True):
    """What was written; it stands in `index.json` too."""

    writer: str
    """The version of Backtrail."""
    sessions: list[SessionWritten]


def write_folder(
    catalog: Catalog,
    trace_ids: Sequence[str],
    path: Path,
    report: Callable[[int, int], None] | None = None,
) -> FolderWritten:
    """Write traces into a folder that is not there yet, or is empty; whole, or not at all.

    Raises:
        UsageError: there is something in the folder.
    """
    if (
        path.is_symlink()
        or (path.exists() and not path.is_dir())
        or (path.is_dir() and any(path.iterdir()))
    ):
        raise UsageError(
            f"{path} is there and not an empty folder", hint="name another one with -o"
        )
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    part.mkdir(mode=0o700)
    try:
        written = _write(catalog, trace_ids, part, report)
        part.replace(path)
    except BaseException:
        shutil.rmtree(part)
        raise
    return written


def _write(
    catalog: Catalog,
    trace_ids: Sequence[str],
    part: Path,
    report: Callable[[int, int], None] | None,
) -> FolderWritten:
    folders: dict[str | None, SessionFolder] = {}
    for done, trace_id in enumerate(trace_ids):
        session = reading.trace_summary(catalog, trace_id).session
        folder = folders.get(session)
        if folder is None:
            folder = folders[session] = SessionFolder(part / session_folder(session))
        folder.add(catalog, trace_id)
        if report is not None:
            report(done + 1, len(trace_ids))
    written = FolderWritten(
        writer=__version__,
        sessions=[
            SessionWritten(
                session=session,
                folder=session_folder(session),
                traces=folder.counts["traces"],
                events=folder.counts["events"],
                errors=folder.counts["errors"],
                llm_transcripts=folder.counts["llm_transcripts"],
                diffs=folder.counts["diffs"],
                left_out=folder.left_out,
            )
            for session, folder in folders.items()
        ],
    )
    with opened(part / INDEX, is_anew=True) as target:
        target.write(msgspec.json.format(msgspec.json.encode(written), indent=2) + b"\n")
        target.flush()
        os.fsync(target.fileno())
    return written
