"""What leaves the store: by age, size and count, but never what is pinned."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from msgspec import Struct

from backtrail.model import bundle
from backtrail.model.changes import BLOB_SUFFIX, BLOBS, blob_place
from backtrail.model.clock import NS_PER_S
from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import PAGE_ROWS_MAX
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.engines.protocol import Row
from backtrail.store.engines.sqlite import file_bytes
from backtrail.store.kept import add_dropped, forget_dropped, read_kept
from backtrail.store.segments import holders_text
from backtrail.store.spans.sketch import Sketches
from backtrail.store.text.index import NAME as TEXT_INDEX

BLOB_AGE_NS_MIN = 3_600 * NS_PER_S
"""A blob that was used more recently stays: its event may be on the way."""
DRAFT = ".draft"

Reason = Literal["age", "count", "size"]


class Retention(Struct, frozen=True, kw_only=True):
    """How much is kept; `None` is no limit."""

    age_s_max: float | None = None
    """Seconds since a trace's last event."""
    bytes_max: int | None = None
    """Of journal, catalogue, error bundles and blobs together."""
    traces_max: int | None = None


class DoomedTrace(Struct, frozen=True, kw_only=True):
    """A trace that leaves, and why."""

    trace_id: str
    name: str
    end_unix_ns: int
    size_bytes: int
    """In the catalogue and in error bundles; the journal's share counts with its segments."""
    reason: Reason


class DoomedSegment(Struct, frozen=True, kw_only=True):
    """A file of the journal that is in blocks as far as it is kept."""

    name: str
    size_bytes: int


class DoomedBlob(Struct, frozen=True, kw_only=True):
    """A payload that was too long for an event, and that nothing needs any more."""

    name: str
    size_bytes: int


class Plan(Struct, frozen=True, kw_only=True):
    """What a clean-up would do; nothing is done until `apply`."""

    traces: list[DoomedTrace]
    """Oldest first."""
    segments: list[DoomedSegment]
    blobs: list[DoomedBlob]
    """Payloads that no event of a trace that stays can name."""
    pinned: int
    """Traces that are over a limit and stay because they are pinned."""
    bytes_before: int
    bytes_freed: int
    """About: the catalogue gives back whole pages."""


def plan(catalog: Catalog, retention: Retention, now_unix_ns: int) -> Plan:
    """Say what leaves so that the limits are met: the traces that ended first, first.

    Pinned traces stay, and so do those that are still being recorded. A segment leaves when all
    in it is older than what was dropped last, or than the limit of age: what it holds of other
    traces is in blocks.
    """
    bytes_before = size_on_disk(catalog)
    row = catalog.row("trace_count")
    state = _Draft(
        retention=retention,
        age_limit_ns=_age_limit(retention, now_unix_ns),
        pins=read_kept(catalog.home).pins,
        traces_left=row[0] if row else 0,
        bytes_left=bytes_before,
        segments=_removable(catalog),
        blobs=_blobs(catalog.home),
    )
    state.pass_segments(state.age_limit_ns)
    for trace in _oldest_first(catalog):
        reason = state.reason(trace["end_unix_ns"])
        if reason is None:
            break
        if trace["is_live"]:
            state.staying.append(trace["trace_id"])
            continue
        if trace["trace_id"] in state.pins:
            state.staying.append(trace["trace_id"])
            state.pinned += 1
        else:
            size = trace["stored_bytes"]
            if trace["errors"]:
                size += _bundle_bytes(catalog, trace["trace_id"])
            state.doom(
                DoomedTrace(
                    trace_id=trace["trace_id"],
                    name=trace["name"],
                    end_unix_ns=trace["end_unix_ns"],
                    size_bytes=size,
                    reason=reason,
                )
            )
        state.pass_segments(trace["end_unix_ns"])
    state.spare_blobs(catalog, now_unix_ns)
    return Plan(
        traces=state.traces,
        segments=state.doomed_segments,
        blobs=[blob for _, blob in state.doomed_blobs],
        pinned=state.pinned,
        bytes_before=bytes_before,
        bytes_freed=bytes_before - state.bytes_left,
    )


def apply(catalog: Catalog, planned: Plan) -> Plan:
    """Do what a plan says and return what was done.

    A trace that was pinned or grew since the plan was made stays. What is dropped is written down
    before it goes, so that no crash and no rebuild brings back a part of it.
    """
    with exclusive(catalog.home):
        done, bundles = _drop_traces(catalog, planned.traces)
        for error_id in bundles:
            with suppress(OSError):
                bundle_path(catalog.home, error_id).unlink()
        segments = [segment for segment in planned.segments if _unlinked(catalog, segment.name)]
        blobs = [blob for blob in planned.blobs if _is_blob_unlinked(catalog.home, blob.name)]
        with catalog.writing():
            for segment in segments:
                catalog.run("drop_segment", name=segment.name)
        catalog.give_back()
        row = catalog.row("segment_times")
        oldest = row["oldest_unix_ns"] if row else None
        forget_dropped(catalog.home, before_unix_ns=1 << 63 if oldest is None else oldest)
    after = size_on_disk(catalog)
    return Plan(
        traces=done,
        segments=segments,
        blobs=blobs,
        pinned=planned.pinned,
        bytes_before=planned.bytes_before,
        bytes_freed=max(0, planned.bytes_before - after),
    )


def size_on_disk(catalog: Catalog) -> int:
    """Return the bytes that journal, catalogue, its text index, bundles and blobs take."""
    home = catalog.home
    folders = (home / "journal", home / bundle.FOLDER, home / BLOBS)
    indexes = file_bytes(home / TEXT_INDEX)
    return sum(map(folder_bytes, folders)) + catalog.size_bytes() + indexes


def folder_bytes(path: Path) -> int:
    """Return the bytes that the files in a folder take."""
    total = 0
    for file in [entry for entry in path.rglob("*") if entry.is_file()]:
        with suppress(OSError):
            total += file.stat().st_blocks * 512
    return total


def bundle_path(home: Path, error_id: str) -> Path:
    """Return where an error's own file is."""
    return home / bundle.FOLDER / bundle.file_name(error_id)


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Keep out other programs that clean up or rebuild.

    Raises:
        StoreError: one is at it.
    """
    fd = os.open(home, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(
                f"{holders_text(home, otherwise='another program')} is cleaning up "
                f"or rebuilding {home}",
                hint="try again when it is done",
            ) from error
        yield
    finally:
        os.close(fd)


class _Draft(Struct, kw_only=True):
    """A plan in the making."""

    retention: Retention
    age_limit_ns: int
    pins: frozenset[str]
    traces_left: int
    bytes_left: int
    segments: list[tuple[int, DoomedSegment]]
    """Removable ones with the time of their newest event, newest first."""
    blobs: list[tuple[int, DoomedBlob]]
    """All blobs with the time of their last use, the newest first."""
    traces: list[DoomedTrace] = []
    staying: list[str] = []
    """Traces that are over a limit and stay."""
    doomed_blobs: list[tuple[int, DoomedBlob]] = []
    doomed_segments: list[DoomedSegment] = []
    pinned: int = 0

    def reason(self, end_unix_ns: int) -> Reason | None:
        """Say why the oldest trace that is left should leave, if it should."""
        limits = self.retention
        if end_unix_ns < self.age_limit_ns:
            return "age"
        if limits.traces_max is not None and self.traces_left > limits.traces_max:
            return "count"
        if limits.bytes_max is not None and self.bytes_left > limits.bytes_max:
            return "size"
        return None

    def doom(self, trace: DoomedTrace) -> None:
        self.traces.append(trace)
        self.traces_left -= 1
        self.bytes_left -= trace.size_bytes

    def pass_segments(self, time_unix_ns: int) -> None:
        """Let go of the segments, and the blobs, in which all is at most that old."""
        while self.segments and self.segments[-1][0] <= time_unix_ns:
            segment = self.segments.pop()[1]
            self.doomed_segments.append(segment)
            self.bytes_left -= segment.size_bytes
        while self.blobs and self.blobs[-1][0] <= time_unix_ns:
            self.doomed_blobs.append(self.blobs.pop())
            self.bytes_left -= self.doomed_blobs[-1][1].size_bytes

    def spare_blobs(self, catalog: Catalog, now_unix_ns: int) -> None:
        """Keep those blobs after all that a trace which stays may name, or does."""
        if not self.doomed_blobs:
            return
        gone = {trace.trace_id for trace in self.traces} | set(self.staying)
        starts = (row[0] for row in catalog.rows("trace_starts") if row["trace_id"] not in gone)
        needed_ns = min(next(starts, now_unix_ns), now_unix_ns - BLOB_AGE_NS_MIN)
        named = {name for trace_id in self.staying for name in _named_blobs(catalog, trace_id)}
        doomed, self.doomed_blobs = self.doomed_blobs, []
        for used_ns, each in doomed:
            if used_ns < needed_ns and each.name not in named:
                self.doomed_blobs.append((used_ns, each))
            else:
                self.bytes_left += each.size_bytes


def _age_limit(retention: Retention, now_unix_ns: int) -> int:
    if retention.age_s_max is None:
        return -(1 << 63)
    return now_unix_ns - int(retention.age_s_max * NS_PER_S)


def _oldest_first(catalog: Catalog) -> Iterator[Row]:
    end_unix_ns, trace_no = -(1 << 63), 0
    while True:
        page = catalog.rows(
            "oldest_traces", end_unix_ns=end_unix_ns, trace_no=trace_no, limit=PAGE_ROWS_MAX
        )
        yield from page
        if len(page) < PAGE_ROWS_MAX:
            return
        end_unix_ns, trace_no = page[-1]["end_unix_ns"], page[-1]["trace_no"]


def _removable(catalog: Catalog) -> list[tuple[int, DoomedSegment]]:
    found = []
    for row in catalog.rows("final_segments"):
        with suppress(OSError):
            blocks = (catalog.journal / row["name"]).stat().st_blocks
            segment = DoomedSegment(name=row["name"], size_bytes=blocks * 512)
            found.append((row["time_max_ns"], segment))
    return sorted(found, key=lambda pair: pair[0], reverse=True)


def _blobs(home: Path) -> list[tuple[int, DoomedBlob]]:
    """List all blobs, and what is left of some that were never finished; the newest first."""
    found = []
    for path in (home / BLOBS).glob("*/*"):
        with suppress(OSError):
            stat = path.stat()
            name = path.name.removesuffix(BLOB_SUFFIX)
            each = DoomedBlob(name=name, size_bytes=stat.st_blocks * 512)
            found.append((stat.st_mtime_ns, each))
    return sorted(found, key=lambda pair: pair[0], reverse=True)


def _named_blobs(catalog: Catalog, trace_id: str) -> Iterator[str]:
    for event in reading.events(catalog, trace_id, kinds={"state.changed"}):
        names = (event.body.get("before_blob"), event.body.get("after_blob"))
        yield from (name for name in names if type(name) is str)


def _is_blob_unlinked(home: Path, name: str) -> bool:
    folder, file = blob_place(name)
    path = home / BLOBS / folder
    path = path / (name if name.endswith(DRAFT) else file)
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _bundle_bytes(catalog: Catalog, trace_id: str) -> int:
    total = 0
    for row in catalog.rows("error_ids_of_trace", trace_id=trace_id):
        with suppress(OSError):
            total += bundle_path(catalog.home, row["error_id"]).stat().st_blocks * 512
    return total


def _drop_traces(
    catalog: Catalog, doomed: list[DoomedTrace]
) -> tuple[list[DoomedTrace], list[str]]:
    """Delete traces from the catalogue; return those that went, and their errors' ids."""
    done = []
    errors: list[str] = []
    with catalog.writing():
        pinned = read_kept(catalog.home).pins
        sketches = Sketches(catalog)
        for trace in doomed:
            row = catalog.row("trace_row", trace_id=trace.trace_id)
            if row is None or trace.trace_id in pinned or row["end_unix_ns"] > trace.end_unix_ns:
                continue
            rows = catalog.rows("error_ids_of_trace", trace_id=trace.trace_id)
            errors += [row["error_id"] for row in rows]
            sketches.take_off(row["trace_no"])
            for statement in ("drop_blocks", "drop_errors", "drop_trace"):
                catalog.run(statement, trace_id=trace.trace_id)
            done.append(trace)
        sketches.save()
        for statement in (
            "drop_spans_without_trace",
            "drop_traits_without_trace",
            "drop_said_without_trace",
            "drop_processes_without_events",
            "drop_losses_without_events",
            "drop_repeats_without_events",
        ):
            catalog.run(statement)
        add_dropped(catalog.home, {trace.trace_id: trace.end_unix_ns for trace in done})
    return done, errors


def _unlinked(catalog: Catalog, name: str) -> bool:
    row = catalog.row("segment", name=name)
    if row is None or row["state"] != "final":
        return False
    try:
        (catalog.journal / name).unlink(missing_ok=True)
    except OSError:
        return False
    return True
