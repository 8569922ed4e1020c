"""Changes of state as text: a table of them, and one with its patch."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.cli.failure_text import Page, thread_text
from backtrail.cli.layout.llm_text import place_of
from backtrail.cli.layout.looked import Looked, last_of, left_out
from backtrail.cli.text import clock_text, counted, cut, table, tone, wrap
from backtrail.model.changes import BLOBS, blob_place
from backtrail.model.event import Json
from backtrail.record.settings import HOME
from backtrail.trail.value import value_text
from backtrail.trail.views.state_history import NOT_THERE, Edit, StateChange, StateHistory

NAMES_MAX = 12
EDITS_SHOWN = 3
"""Operations of one patch that a line of the table shows."""
VALUE_LINES_MAX = 12
HOW = {
    "tracked": "seen around a tracked block",
    "assigned": "seen when it was assigned",
    "declared": "found to differ from what the source declares",
}


def history_lines(history: StateHistory, seen: Looked, page: Page, *, limit: int) -> Iterator[str]:
    """Yield the names that changed, and the last changes."""
    if not history.count:
        yield seen.title("no change of state is on record")
        return
    yield seen.title(f"{counted(history.count, 'change')} of {counted(len(history.names), 'name')}")
    for known in history.names[:NAMES_MAX]:
        writers = ", ".join(map(thread_text, known.writers))
        several = f", by {writers}" if len(known.writers) > 1 else ""
        yield f"  {known.changes:>6,}  " + cut(f"{known.name}{several}", page.width - 10)
    yield from left_out(len(history.names) - NAMES_MAX, "further name")
    yield ""
    shown, hidden = last_of(history.changes, limit)
    yield from left_out(hidden + history.cut, "change", where=" before them")
    rows = [
        [
            seen.event_id(change.event_id),
            clock_text(change.time_unix_ns),
            who(change),
            change.name,
            "; ".join(edit_text(edit) for edit in change.edits[:EDITS_SHOWN])
            + ("; …" if len(change.edits) > EDITS_SHOWN else ""),
        ]
        for change in shown
    ]
    yield from table(
        rows, heads=["event", "at", "by", "name", "change"], width=page.width, right=frozenset()
    )
    yield ""
    yield tone(f"backtrail state show {seen.event_id(shown[-1].event_id)}", "code") + tone(
        "  the last one in full", "quiet"
    )


def change_lines(change: StateChange, page: Page) -> Iterator[str]:
    """Yield one change: who made it, where, what became what."""
    yield tone(change.name, "heading") + f" changed at {clock_text(change.time_unix_ns)}"
    rows = [
        ("event", change.event_id),
        ("seen", HOW.get(change.how, change.how)),
        ("by", who(change) or "MainThread"),
        ("from", place_of(change.caller, page)),
        ("code", (change.caller.code or "") if change.caller else ""),
        ("time", f"{change.count:,} at this place" if change.count > 1 else ""),
    ]
    for name, text in rows:
        if text:
            yield f"  {name:<6} {cut(text, page.width - 9)}"
    yield ""
    yield tone("patch", "heading")
    for edit in change.edits:
        yield from edit_lines(edit, page)
    yield ""
    yield from _whole("before", change.before, change.before_blob, page)
    yield from _whole("after", change.after, change.after_blob, page)
    if change.is_cut:
        yield tone("parts of it were too long to be kept", "warn")


def edit_text(edit: Edit) -> str:
    """Write one operation in a few words: `/count 3 → 4`."""
    path = edit.path or "it"
    match edit.op:
        case "add":
            return f"+ {path} {_value(edit.after)}"
        case "remove":
            return f"- {path} {_value(edit.before)}"
        case "replace":
            return f"{path} {_value(edit.before)} → {_value(edit.after)}"
        case _:
            return f"{edit.op} {edit.source or ''} {path}".replace("  ", " ")


def edit_lines(edit: Edit, page: Page) -> Iterator[str]:
    """Yield one operation: what it took away in one line, what it put there in the next."""
    yield f"  {edit.op} {edit.path or '(all of it)'}" + (
        f" from {edit.source}" if edit.source else ""
    )
    width = page.width - 6
    if edit.op in {"remove", "replace"} and edit.before is not None:
        for line in wrap(_value(edit.before), width, VALUE_LINES_MAX):
            yield tone(f"    - {line}", "bad")
    if edit.op in {"add", "replace", "test"}:
        for line in wrap(_value(edit.after), width, VALUE_LINES_MAX):
            yield tone(f"    + {line}", "good")


def who(change: StateChange) -> str:
    """Name the thread or task that made a change; nothing for the main thread."""
    return change.task or (thread_text(change.thread) if change.thread else "")


def _value(value: Json) -> str:
    return "nothing" if value == NOT_THERE else value_text(value)


def _blob_path(name: str) -> str:
    return "/".join((HOME, BLOBS, *blob_place(name)))


def _whole(name: str, value: Json, blob: str | None, page: Page) -> Iterator[str]:
    if value is None and blob is None:
        return
    yield tone(name, "heading") + (tone(f"  whole in {_blob_path(blob)}", "quiet") if blob else "")
    for line in wrap(_value(value), page.width - 2, VALUE_LINES_MAX) if value is not None else []:
        yield f"  {line}"
