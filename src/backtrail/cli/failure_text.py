"""An error as a page of text: headline, failing line, values, calls, what came before."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import Struct, structs

from backtrail.cli.text import clock_text, counted, cut, printable, tone, wrap
from backtrail.model.event import Json
from backtrail.model.kinds import Frame, SourceLine, Stack
from backtrail.trail.failure import HANG, Blocked, Failure, HistoryEntry, LinkedError, Raised
from backtrail.trail.moment import duration_text
from backtrail.trail.value import value_text

VALUE_LINES_MAX = 3
"""Lines that one variable of the failing frame may take."""
OUTER_LOCALS_MAX = 8
"""Variables that are printed of each frame further out."""
OUTER_LINES_MAX = 2
"""Lines that they may take together."""
INLINE_CHARS_MAX = 48
"""Characters that one of several values in a line may take."""
APP_FRAMES_MAX = 12
"""Frames of the user's own code that are printed open."""
SAME_FRAMES_MAX = 2
"""Of those that stand one after the other on the same line, as in a recursion."""
HISTORY_MAX = 20
STACKS_MAX = 12
MECHANISMS = {
    "uncaught": "not handled",
    "thread": "not handled, in a thread",
    "task": "not handled, in an asyncio task",
    "unraisable": "could not be raised (__del__, a callback)",
    "decorator": "captured by a decorator",
    "context_manager": "left a span or a with block",
    "log": "logged",
    "test": "in a test",
    "manual": "captured by the program",
    HANG: "no progress",
}
_RELATIONS = {
    "cause": "caused by",
    "context": "raised while handling",
    "member": "member of the group",
}
_RELATIONS_OF_LINKED = {
    "cause": "the {} above was caused by",
    "context": "the {} above was raised while handling",
    "member": "member of the {} above",
}
_DEFINITION = re.compile(
    r"\s*(?:async def|def|class)\b|\s*@|(?!(?:elif|else|except|finally)\b)[\w'\"#]"
)
"""Begins a function, a class, or a statement that is in neither."""

Place = Raised | Blocked | Frame
"""What has a file, a line, a function and variables."""


class Page(Struct, frozen=True, kw_only=True):
    """What the layout of a page depends on."""

    width: int
    cwd: str
    """Paths below it are printed relative to it."""


def failure_lines(error: Failure, page: Page) -> Iterator[str]:
    """Yield the lines that tell one error in full."""
    yield from headline(error, page)
    yield from _notes(error.notes)
    yield from place_lines(error, page)
    if error.function is None:
        yield ""
    if error.mechanism == HANG:
        yield from _blocked_lines(error, page)
    else:
        yield from _calls(error, page)
    for linked in error.chain:
        yield from _linked_lines(linked, error, page)
    if error.chain_cut:
        yield tone(f"  {counted(error.chain_cut, 'further exception')} not kept", "warn")
    yield from _state_lines(error.state, page)
    yield from _history_lines(error.history, page)
    yield from _open_span_lines(error, page)


def headline(error: Failure, page: Page) -> Iterator[str]:
    """Yield the error's type and message, and below it how it came to be recorded."""
    yield from _title(error.type, error.message, page)
    words = [MECHANISMS.get(error.mechanism, error.mechanism)]
    if error.is_handled:
        words.append("the program went on")
    if error.mechanism != HANG:
        words.append(f"in {thread_text(error.thread)}")
    if error.task:
        words.append(f"task {error.task}")
    words.append(f"at {clock_text(error.time_unix_ns)}")
    if error.repeats_before:
        words.append(f"after {counted(error.repeats_before, 'repeat')} that were only counted")
    yield "  " + tone(", ".join(words), "quiet")


def place_lines(place: Place, page: Page) -> Iterator[str]:
    """Yield where it happened: the source around the line, the expression underlined, values."""
    if place.function is None:
        return
    yield "  " + place_text(place, page)
    yield ""
    yield from _source_lines(place, page)
    yield from _locals_lines(place, page)


def place_text(place: Place, page: Page) -> str:
    """Write `file:line in function`."""
    where = tone(f"{short_path(place.file or '?', page)}:{place.line}", "heading")
    return f"{where} in {place.qualified or place.function}"


def short_path(path: str, page: Page) -> str:
    """Write a path as short as it is clear from where the reader stands."""
    if path.startswith(page.cwd + os.sep):
        return path[len(page.cwd) + 1 :]
    for mark in ("/site-packages/", "/dist-packages/"):
        if mark in path:
            return path.rpartition(mark)[2]
    folder, _, name = path.rpartition("/lib/python")
    return name.partition("/")[2] if folder and "/" in name else path


def thread_text(thread: str | None) -> str:
    """Write a thread's name without its number."""
    return "MainThread" if thread is None else thread.rpartition(":")[0] or thread


def _title(type_name: str, message: str, page: Page) -> Iterator[str]:
    first, *rest = message.splitlines() or [""]
    text = f"{type_name}: {first}" if first else type_name
    for line in wrap(text, page.width, VALUE_LINES_MAX):
        yield tone(line, "bad title")
    for line in rest[:VALUE_LINES_MAX]:
        yield tone("  " + cut(line, page.width - 2), "bad")
    if len(rest) > VALUE_LINES_MAX:
        yield tone(f"  … {counted(len(rest) - VALUE_LINES_MAX, 'further line')}", "quiet")


def _notes(notes: Sequence[str]) -> Iterator[str]:
    for note in notes:
        for line in note.splitlines()[:VALUE_LINES_MAX]:
            yield "  " + tone(f"note: {printable(line)}", "warn")


def _source_lines(place: Place, page: Page) -> Iterator[str]:
    lines = _without_empty_ends(_up_to_next_definition(place.source, place.line))
    if not lines:
        if place.code:
            yield f"    {tone(str(place.line), 'quiet')}  {cut(place.code, page.width - 10)}"
            yield ""
        return
    digits = len(str(lines[-1].line))
    indent = min((_indent(line.text) for line in lines if line.text.strip()), default=0)
    for line in lines:
        text = cut(line.text[indent:].rstrip().expandtabs(4), page.width - digits - 8)
        is_failing = line.line == place.line
        mark = tone(">", "bad") if is_failing else " "
        yield f"  {mark} {tone(str(line.line).rjust(digits), 'quiet')} | {text}".rstrip()
        if is_failing and (span := _underlined(text, place.expression)):
            start, length = span
            yield " " * (7 + digits + start) + tone("^" * length, "bad")
    yield ""


def _up_to_next_definition(
    lines: Sequence[SourceLine], failing: int | None
) -> Sequence[SourceLine]:
    """Leave out what stands below the failing line and is no part of its function."""
    depth = next((_indent(line.text) for line in lines if line.line == failing), 0)
    for index, line in enumerate(lines):
        is_below = failing is not None and line.line > failing
        if is_below and _indent(line.text) < depth and _DEFINITION.match(line.text):
            return lines[:index]
    return lines


def _without_empty_ends(lines: Sequence[SourceLine]) -> Sequence[SourceLine]:
    filled = [index for index, line in enumerate(lines) if line.text.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def _underlined(text: str, expression: str | None) -> tuple[int, int] | None:
    """Find the expression, or the part of it that is on this line."""
    first = (expression or "").strip().split("\n")[0].rstrip()
    start = text.find(first) if first else -1
    return None if start < 0 else (start, len(first))


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _locals_lines(place: Place, page: Page) -> Iterator[str]:
    if not place.locals:
        return
    names = sorted(place.locals, key=lambda name: not _is_used(name, place.code))
    size = min(20, max(map(len, names)))
    for name in names:
        shown = tone(name.ljust(size), "heading" if _is_used(name, place.code) else "quiet")
        indent = 7 + max(size, len(name))
        first, *rest = wrap(
            value_text(place.locals[name]), max(20, page.width - indent), VALUE_LINES_MAX
        )
        yield f"    {shown} = {first}"
        for line in rest:
            yield " " * indent + line
    if place.locals_cut:
        yield tone(f"    … {counted(place.locals_cut, 'variable')} not kept", "quiet")
    yield ""


def _is_used(name: str, code: str | None) -> bool:
    words = "".join(char if char.isalnum() or char == "_" else " " for char in code or "")
    return name in words.split()


def _calls(error: Failure, page: Page) -> Iterator[str]:
    """Yield who called whom, from the failing frame outwards; libraries are folded."""
    frames = error.frames
    shown = next((index for index, frame in enumerate(frames) if frame.is_app), 0)
    if inner := frames[:shown]:
        yield tone("  raised deeper, in", "heading")
        yield from _frame_rows(inner, page)
        yield ""
    # Of a stack that is too deep both ends are kept, as many frames of each.
    half = max(shown + 1, len(frames) // 2) if error.frames_cut else len(frames)
    if frames[shown + 1 :]:
        yield tone("  called from", "heading")
        yield from _frame_rows(frames[shown + 1 : half], page)
        if error.frames_cut:
            yield tone(f"    … {counted(error.frames_cut, 'frame')} not kept", "quiet")
        yield from _frame_rows(frames[half:], page)
        yield ""


def _frame_rows(frames: Sequence[Frame], page: Page) -> Iterator[str]:
    room = APP_FRAMES_MAX
    left = 0
    for is_app, group in groupby(frames, key=_place_in_app):
        members = list(group)
        if not is_app:
            yield from _folded(members, page)
            continue
        shown = members[: min(SAME_FRAMES_MAX, room)]
        room -= len(shown)
        for frame in shown:
            yield from _open_frame(frame, page)
        if room and len(members) > len(shown):
            again = counted(len(members) - len(shown), "more call")
            yield tone(f"    … {again} from the same line", "quiet")
        else:
            left += len(members) - len(shown)
    if left:
        yield tone(f"    … {counted(left, 'further frame')}", "quiet")


def _place_in_app(frame: Frame) -> tuple[str, int, str] | None:
    """Return where a frame of the user's own code is; calls from one place stand together."""
    return (frame.file, frame.line, frame.qualified) if frame.is_app else None


def _folded(frames: Sequence[Frame], page: Page) -> Iterator[str]:
    for frame in (frames[0], frames[-1])[: len(frames)]:
        text = f"{short_path(frame.file, page)}:{frame.line} in {frame.qualified}"
        yield tone("    " + cut(text, page.width - 4), "quiet")
        if frame is frames[0] and len(frames) > 2:  # noqa: PLR2004 - the first and the last
            yield tone(f"    … {counted(len(frames) - 2, 'library frame')}", "quiet")


def _open_frame(frame: Frame | Blocked, page: Page) -> Iterator[str]:
    yield f"    {place_text(frame, page)}"
    if frame.code:
        yield "      " + tone(cut(frame.code, page.width - 6), "code")
    if frame.locals and frame.function != "<module>":
        text = assignments(frame.locals, OUTER_LOCALS_MAX, code=frame.code)
        for line in wrap(text, page.width - 6, OUTER_LINES_MAX):
            yield "      " + tone(line, "quiet")


def assignments(values: Mapping[str, Json], number_max: int, *, code: str | None = None) -> str:
    """Write variables in one line, those that a line of code uses first: `user=17, plan='pro'`."""
    names = sorted(values, key=lambda name: (name == "self", not _is_used(name, code)))
    shown = [f"{name}={cut(value_text(values[name]), INLINE_CHARS_MAX)}" for name in names]
    return ", ".join(shown[:number_max] + (["…"] if len(shown) > number_max else []))


def _linked_lines(linked: LinkedError, error: Failure, page: Page) -> Iterator[str]:
    relation = _RELATIONS.get(linked.relation or "", "together with")
    if linked.parent is not None:
        relation = _RELATIONS_OF_LINKED.get(linked.relation or "", relation).format(
            error.chain[linked.parent].type
        )
    yield tone(f"  {relation}", "heading")
    inner = structs.replace(page, width=page.width - 2)
    yield from _indented(_title(linked.type, linked.message, inner))
    yield from _indented(_notes(linked.notes))
    yield from _indented(place_lines(linked, inner))
    if linked.function is None:
        yield ""


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in lines)


def _blocked_lines(error: Failure, page: Page) -> Iterator[str]:
    for lock in error.locks:
        held = f"held by {thread_text(lock.holder)}" if lock.holder else "holder not known"
        waiters = ", ".join(map(thread_text, lock.waiters)) or "nobody"
        yield f"  {tone(lock.name, 'heading')}: {held}, waited for by {waiters}"
    if error.locks:
        yield ""
    for blocked in error.blocked:
        yield from _one_blocked(blocked, page)
    blocked_names = {blocked.thread or blocked.task for blocked in error.blocked}
    stacks = (*error.threads, *error.tasks)
    idle = [stack for stack in stacks if stack.frames and stack.name not in blocked_names]
    for stack in idle[:STACKS_MAX]:
        yield tone(f"  {stack.name}: {_idle_text(stack, page)}", "quiet")
    if len(idle) > STACKS_MAX:
        yield tone(f"  … {counted(len(idle) - STACKS_MAX, 'further stack')}", "quiet")
    if idle:
        yield ""


def _one_blocked(blocked: Blocked, page: Page) -> Iterator[str]:
    who = f"thread {blocked.thread}" if blocked.thread else f"task {blocked.task}"
    waits = f", waits for {blocked.waits_for}" if blocked.waits_for else ""
    yield f"  {tone(who, 'heading')}{waits}"
    yield from _open_frame(blocked, page)
    yield ""


def _idle_text(stack: Stack, page: Page) -> str:
    frame = stack.frames[0]
    return f"{short_path(frame.file, page)}:{frame.line} in {frame.qualified}"


def _state_lines(state: Json, page: Page) -> Iterator[str]:
    if state is None:
        return
    yield tone("  state", "heading")
    for line in wrap(value_text(state), page.width - 4, VALUE_LINES_MAX):
        yield "    " + line
    yield ""


def _history_lines(history: Sequence[HistoryEntry], page: Page) -> Iterator[str]:
    if not history:
        return
    shown = history[-HISTORY_MAX:]
    yield tone(f"  before it ({counted(len(history), 'event')} of the trace)", "heading")
    for entry in shown:
        before = "" if entry.before_ms is None else f"-{duration_text(entry.before_ms)}"
        thread = f" [{thread_text(entry.thread)}]" if entry.thread else ""
        yield f"    {tone(before.rjust(9), 'quiet')}  " + cut(entry.text + thread, page.width - 15)
    yield ""


def _open_span_lines(error: Failure, page: Page) -> Iterator[str]:
    if not error.open_spans:
        return
    yield tone("  open spans", "heading")
    for span in error.open_spans:
        text = f"{span.name}  {assignments(span.attributes, OUTER_LOCALS_MAX)}".rstrip()
        yield f"    {tone(duration_text(span.open_ms).rjust(9), 'quiet')}  " + cut(
            text, page.width - 15
        )
    yield ""
