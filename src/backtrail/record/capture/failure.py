"""An exception and all that is tied to it, taken apart.

The chain begins with the exception itself; causes, contexts and members of groups follow, each
with its frames and with the index of the one that names it. It is bounded and ends where it bites
its own tail. As when Python prints a traceback, a cause or `from None` hides the context.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from backtrail.model.kinds import ExceptionInfo, Frame
from backtrail.model.limits import CHAIN_MAX, NOTES_MAX, TEXT_CHARS_MAX
from backtrail.record.capture.frames import Call, calls_of_traceback, kept_frames
from backtrail.record.capture.values.message import message_of
from backtrail.record.capture.values.reach import taint_from, without
from backtrail.record.capture.values.shapes import derives, module_and_name, type_name
from backtrail.record.capture.values.walk import Walk, shown_text

_base = BaseException.__dict__
_cause_of = _base["__cause__"].__get__
_context_of = _base["__context__"].__get__
_is_context_hidden = _base["__suppress_context__"].__get__
traceback_of = _base["__traceback__"].__get__
_storage_of = _base["__dict__"].__get__
_members_of = BaseExceptionGroup.__dict__["exceptions"].__get__
_QUEUE_MAX = 1_000
MARK = "__backtrail_error_id__"
"""Attribute of an exception that has been recorded: the id of its record."""


class Failure(Struct, frozen=True, kw_only=True):
    """What an error record says of the exception."""

    type: str
    message: str
    frames: list[Frame]
    """Of the exception itself, from the raising frame outwards."""
    chain: list[ExceptionInfo]
    """The exception first, its frames left to `frames`; then each that is tied to it."""
    chain_cut: int


def failure(error: BaseException, walk: Walk, calls: list[Call] | None = None) -> Failure:
    """Take an exception apart; the calls of its traceback may be known already."""
    ties, cut = tied(error)
    chain = [_info(tie, walk) for tie in ties]
    if calls is None:
        calls = calls_of_traceback(traceback_of(error))
    frames, frames_cut = kept_frames(calls, walk)
    if frames_cut:
        chain[0] = _with_cut(chain[0], frames_cut)
    first = chain[0]
    return Failure(
        type=first.type, message=first.message, frames=frames, chain=chain, chain_cut=cut
    )


def described(error: BaseException, walk: Walk | None = None) -> str:
    """Return an exception in a line: `KeyError: 'user'`.

    The walk finds out which values must not stand beside it either.
    """
    walk = walk or Walk()
    message = safe_message(error, walk)
    name = module_and_name(type(error))[1]
    return f"{name}: {message}" if message else name


def safe_message(error: BaseException, walk: Walk) -> str:
    """Return the message for a record that has no variables, which would tell what is secret."""
    message = message_of(error, walk)
    if not message:
        return message
    taint_from(error, walk)
    return without(message, walk)


def error_id_of(error: BaseException) -> str | None:
    """Return under which id an exception was recorded."""
    storage = _storage_of(error)
    found = storage.get(MARK) if type(storage) is dict else None
    return found if type(found) is str else None


def mark(error: BaseException, error_id: str) -> None:
    """Remember with an exception under which id it was recorded."""
    storage = _storage_of(error)
    if type(storage) is dict:
        storage[MARK] = error_id


Tie = tuple[BaseException, str | None, int | None]
"""An exception, how it is tied to another one, and the index of that one."""


def tied(error: BaseException) -> tuple[list[Tie], int]:
    """Return the exceptions tied to one, breadth first, and how many more there are."""
    queue: list[Tie] = [(error, None, None)]
    seen = {id(error)}
    for index in range(_QUEUE_MAX):
        if index >= len(queue):
            break
        for named, relation in _names(queue[index][0]):
            if id(named) not in seen and len(queue) < _QUEUE_MAX:
                seen.add(id(named))
                queue.append((named, relation, index))
    kept = queue[:CHAIN_MAX]
    return kept, len(queue) - len(kept)


def _names(error: BaseException) -> list[tuple[BaseException, str]]:
    """Return the exceptions that one names, as the interpreter stores them."""
    named: list[tuple[BaseException, str]] = []
    cause, context = _cause_of(error), _context_of(error)
    if cause is not None:
        named.append((cause, "cause"))
    elif context is not None and not _is_context_hidden(error):
        named.append((context, "context"))
    if derives(type(error), BaseExceptionGroup):
        named += [(member, "member") for member in _members_of(error)[:_QUEUE_MAX]]
    return named


def _info(tie: Tie, walk: Walk) -> ExceptionInfo:
    error, relation, parent = tie
    kind = type(error)
    frames: list[Frame] = []
    cut = 0
    if parent is not None:
        frames, cut = kept_frames(calls_of_traceback(traceback_of(error)), walk)
    return ExceptionInfo(
        type=module_and_name(kind)[1].rpartition(".")[2],
        qualified_type=type_name(kind),
        message=message_of(error, walk),
        notes=_notes(error, walk),
        relation=relation,
        parent=parent,
        frames=frames,
        frames_cut=cut,
        error_id=error_id_of(error) if parent is not None else None,
    )


def _with_cut(info: ExceptionInfo, cut: int) -> ExceptionInfo:
    values: dict[str, Any] = {name: getattr(info, name) for name in info.__struct_fields__}
    return ExceptionInfo(**values | {"frames_cut": cut})


def _notes(error: BaseException, walk: Walk) -> list[str]:
    storage = _storage_of(error)
    notes = storage.get("__notes__") if type(storage) is dict else None
    if type(notes) is not list:
        return []
    texts = [note for note in notes[:NOTES_MAX] if type(note) is str]
    return [shown_text(note, walk, TEXT_CHARS_MAX) for note in texts]
