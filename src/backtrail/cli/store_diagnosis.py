"""What may be broken in the store itself, told as findings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from backtrail.cli.diagnosis import Finding
from backtrail.cli.text import counted
from backtrail.model.errors import BacktrailError
from backtrail.model.limits import PAGE_ROWS_MAX
from backtrail.store import health, reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.segments import Holder

TOLD_ELSEWHERE = frozenset({"not_writable", "read_only"})
"""Problems of the store that a check of the directory tells already."""
OWN_FAULT = "broke: "
"""Begins the reason of what broke inside the recorder."""
TORN = "torn_line"
WRITERS_SHOWN_MAX = 5
LOSES_EVENTS = ("event", "held event", "journal", "segment")
"""Beginnings of reasons for which whole events are missing; the others cut a part of one."""


def check_store(home: Path) -> Iterator[Finding]:
    """Find what cannot be read, what was lost while recording, and programs that were killed."""
    with suppress(BacktrailError), Catalog.open(home) as catalog:
        refresh(catalog)
        yield from _killed(catalog)
    state = health.examine(home)
    for problem in state.problems:
        if problem.code not in TOLD_ELSEWHERE:
            yield Finding(
                what=_sentence(problem.code),
                evidence=problem.message,
                do=problem.hint,
                level="problem" if problem.is_serious else "note",
            )
    if state.contents is not None:
        yield from losses(state.contents.losses)
        yield from _recording(state.contents.writers)


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
        is_loss = reason.startswith(LOSES_EVENTS)
        yield Finding(
            what="events were lost while recording" if is_loss else "a part of events was cut",
            evidence=f"{reason}, {counted(number, 'time')}",
            do=_advice(reason),
            level="problem" if is_loss else "note",
        )


def _advice(reason: str) -> str:
    if reason.startswith("settings"):
        return "backtrail config"
    if reason.startswith(("event", "journal", "segment")):
        return "look at the room on the disk and at the directory's permissions, above"
    return "nothing: what is left out says so where it was"


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
    "newer_segment": "a later version of Backtrail wrote a part of the journal",
    "set_aside": "a damaged catalogue was set aside",
    "torn_lines": "lines of the journal are torn",
    "unreadable_segment": "a file of the journal cannot be read",
}
