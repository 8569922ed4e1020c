"""What may be broken in the store itself, told as findings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from backtrail.cli.diagnosis import Finding
from backtrail.cli.text import bytes_text, counted
from backtrail.model.errors import BacktrailError
from backtrail.model.kinds import SHORTENED
from backtrail.model.limits.reading import PAGE_ROWS_MAX
from backtrail.model.settings import shown
from backtrail.store import health, reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.engines.sqlite import SqliteEngine
from backtrail.store.indexer import refresh
from backtrail.store.segments import Holder

TOLD_ELSEWHERE = frozenset({"not_writable", "read_only"})
"""Problems of the store that a check of the directory tells already."""
OWN_FAULT = "broke: "
"""Begins the reason of what broke inside the recorder."""
TORN = "torn_line"
WRITERS_SHOWN_MAX = 5


def check_store(home: Path, store: str | None = None) -> Iterator[Finding]:
    """Find what cannot be read, what was lost while recording, and programs that were killed.

    Args:
        home: the `.backtrail` directory.
        store: the setting of that name, which says where the catalogue is kept.
    """
    with suppress(BacktrailError), Catalog.open(home, store=store) as catalog:
        refresh(catalog)
        yield from _killed(catalog)
    state = health.examine(home, store=store)
    for problem in state.problems:
        if problem.code not in TOLD_ELSEWHERE:
            yield Finding(
                what=_sentence(problem.code),
                evidence=problem.message,
                do=problem.hint,
                level="problem" if problem.is_serious else "note",
            )
    if state.engine is not None and state.engine != SqliteEngine.name:
        yield Finding(
            what=f"the catalogue is kept by {state.engine}",
            evidence=f"{shown(store)}, {bytes_text(state.catalog_bytes)}",
            do="nothing; journal, errors and blobs stay in the directory",
            level="note",
        )
    if state.contents is not None:
        yield from losses(state.contents.losses)
        yield from partly_indexed(state.contents.partly_indexed)
        yield from _recording(state.contents.writers)


def partly_indexed(traces: int) -> Iterator[Finding]:
    """Tell of traces in which a query for an attribute takes longer."""
    if traces:
        yield Finding(
            what="traces have more attributes than are indexed",
            evidence=counted(traces, "trace"),
            do="nothing: a query for an attribute looks at their events, which takes longer",
            level="note",
        )


def losses(counted_by_reason: dict[str, int]) -> Iterator[Finding]:
    """Tell what the recording programs counted as lost or cut."""
    for reason, number in sorted(counted_by_reason.items()):
        if reason == TORN:
            continue
        if reason.startswith(OWN_FAULT):
            yield Finding(
                what="the recorder itself failed; the program went on",
                evidence=f"{reason.removeprefix(OWN_FAULT)}, {counted(number, 'time')}",
                do="please report it; BACKTRAIL_STRICT=1 shows the traceback",
            )
            continue
        cause = next(cause for cause in _CAUSES if reason.startswith(cause.begins))
        yield Finding(
            what=cause.what,
            evidence=f"{reason}, {counted(number, 'time')}",
            do=cause.do,
            level="problem" if cause.is_loss else "note",
        )


class _Cause(Struct, frozen=True, kw_only=True):
    """Why a counter counts, and what follows from that."""

    begins: tuple[str, ...]
    """How the reasons begin that it is of."""
    what: str
    do: str
    is_loss: bool = False
    """Whether whole events are missing; otherwise it is a part of one, or nothing."""


_CAUSES = (
    _Cause(
        begins=("event", "held event", "journal", "segment"),
        what="events were lost while recording",
        do="look at the room on the disk and at the directory's permissions, above",
        is_loss=True,
    ),
    _Cause(
        begins=("settings",),
        what="settings did not fit, so a program was recorded by the defaults",
        do="backtrail config",
    ),
    _Cause(
        begins=("entry rule",),
        what="entries break the rules that the settings set for them",
        do="mend the entries; BACKTRAIL_STRICT=1 raises where one breaks a rule",
    ),
    _Cause(
        begins=(SHORTENED,),
        what="long or deep values were shortened",
        do="nothing: each says how much is missing where it stands",
    ),
    _Cause(
        begins=("",),
        what="a part of events was cut",
        do="nothing: what is left out says so where it was",
    ),
)


def _killed(catalog: Catalog) -> Iterator[Finding]:
    unfinished = [
        trace
        for trace in reading.traces(catalog, TraceFilter(limit=PAGE_ROWS_MAX))
        if trace.status == "unfinished" and not trace.is_live
    ]
    if unfinished:
        yield Finding(
            what="programs ended without a word, as those do that are killed",
            evidence=f"{counted(len(unfinished), 'trace')}, the latest is {unfinished[0].trace_id}",
            do=f"backtrail show {unfinished[0].trace_id}",
            level="note",
        )


def _recording(writers: list[Holder]) -> Iterator[Finding]:
    if writers:
        shown = [holder.text for holder in writers[:WRITERS_SHOWN_MAX]]
        if len(writers) > WRITERS_SHOWN_MAX:
            shown.append(f"{len(writers) - WRITERS_SHOWN_MAX:,} more")
        yield Finding(
            what="programs record at this moment, each holding its file of the journal",
            evidence=", ".join(shown),
            do="nothing; `backtrail tail` shows what they do",
            level="note",
        )


def _sentence(code: str) -> str:
    """Say what a code of `store.health` means."""
    return _SENTENCES.get(code, code.replace("_", " "))


_SENTENCES = {
    "closed_catalog": "the catalogue cannot be opened",
    "damaged_catalog": "the catalogue is damaged; the journal is not",
    "empty_segment": "a file of the journal is empty",
    "garbage_segment": "a file in the journal is no journal",
    "missing_events": "events are missing from the journal",
    "no_journal": "a file stands where the journal belongs",
    "newer_segment": "a later version of Backtrail wrote a part of the journal",
    "set_aside": "a damaged catalogue was set aside",
    "torn_lines": "lines of the journal are torn",
    "unreadable_segment": "a file of the journal cannot be read",
}
