"""Follows a state through a block: what it was before, what it is after, and what changed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from itertools import islice
from types import FrameType
from typing import Any, Self, TypeVar, cast

from msgspec import Raw, Struct

from backtrail.model.changes import StateChanged
from backtrail.model.event import Place
from backtrail.model.limits import (
    PATCH_BYTES_MAX,
    PATCH_OPERATIONS_MAX,
    PATCH_WAS_BYTES_MAX,
    STRING_CHARS_MAX,
    TRACKED_INLINE_BYTES_MAX,
)
from backtrail.record import guard, sink, switch
from backtrail.record.attach.functions import wrap
from backtrail.record.capture.callers import caller
from backtrail.record.capture.redact import clean_text, scrub
from backtrail.record.span import SILENT, Silent
from backtrail.record.state import sources
from backtrail.record.state.blobs import keep_blob
from backtrail.record.state.patch import Change, changes, encode
from backtrail.record.state.whole import Look

Json = Any
F = TypeVar("F", bound=Callable[..., Any])


class Seen(Struct, frozen=True):
    """A state as it was at one moment."""

    value: Json
    look: Look


class Tracked:
    """A state that is followed: a context manager, also `async with`, and a decorator.

    Each block, or call, that the state is not the same after as it was before is told of.
    """

    __slots__ = ("_before", "_name", "_source", "_tables")

    def __init__(self, source: Any, name: str, tables: tuple[str, ...]) -> None:
        self._source = source
        self._name = name
        self._tables = tables
        self._before: list[Seen | None] = []
        """Of the blocks that are open, the outermost first."""

    def pause(self) -> None:
        """Do nothing: what a generator's consumer does meanwhile is seen as well."""

    resume = pause

    def __enter__(self) -> Self:
        self._before.append(self._seen())
        return self

    def __exit__(self, *raised: object) -> None:
        self._compare(self._before.pop(), self._seen(), sys._getframe(1))  # noqa: SLF001 - inspect costs start-up time

    async def __aenter__(self) -> Self:
        self._before.append(await self._seen_async())
        return self

    async def __aexit__(self, *raised: object) -> None:
        self._compare(self._before.pop(), await self._seen_async(), sys._getframe(1))  # noqa: SLF001 - see above

    def __call__(self, function: F) -> F:
        """Return the function with the state followed through each of its calls."""
        return wrap(function, lambda: Tracked(self._source, self._name, self._tables))

    def _seen(self) -> Seen | None:
        """Look at the state; `None`, and counted, where that is not possible."""
        look = Look()
        try:
            return Seen(sources.state_of(self._source, self._name, self._tables, look), look)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            _count_unseen(error)
            return None

    async def _seen_async(self) -> Seen | None:
        """Look at the state as `_seen` does, and await it where it has to be."""
        look = Look()
        try:
            found = await sources.state_of_async(self._source, self._name, self._tables, look)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            _count_unseen(error)
            return None
        return Seen(found, look)

    def _compare(self, before: Seen | None, after: Seen | None, frame: FrameType) -> None:
        """Record what changed, where both looks succeeded."""
        try:
            if before is not None and after is not None:
                _tell(self._name, before, after, caller(frame))
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("track_state", error)


def _count_unseen(error: Exception) -> None:
    """Count a state that could not be looked at."""
    if isinstance(error, sources.Unreadable):
        guard.count(f"state not captured: {error}")
    else:
        guard.count("state not captured")
        guard.broke("track_state", error)


def track_state(source: Any, /, name: str, *, tables: Iterable[str] = ()) -> Tracked:
    """Follow a state through a block or a function, and record what changes in it.

    What is recorded is the state before and after, without secrets, and the change as RFC 6902
    JSON Patch. A block that changes nothing records nothing. An exception that leaves the block
    passes untouched, and what changed until then is recorded.

    Args:
        source: what holds the state: an object; the path of a file, a folder or an SQLite
            database; a connection to one; or a function that returns the state, called before
            and after, and in an `async with` awaited if it is asynchronous.
        name: by which the state is known.
        tables: of a database, the tables to be followed; all of them unless given.
    """
    return Tracked(source, name, (tables,) if isinstance(tables, str) else tuple(tables))


def _tell(name: str, before: Seen, after: Seen, place: Place | None) -> None:
    """Record what changed, if anything did."""
    found = list(islice(changes(before.value, after.value), PATCH_OPERATIONS_MAX + 1))
    if not found:
        return
    taints = before.look.taints | after.look.taints
    patch, is_patch_cut = _within(found)
    old, old_blob = _kept(before.value, taints)
    new, new_blob = _kept(after.value, taints)
    body = StateChanged(
        name=clean_text(str(name)[:STRING_CHARS_MAX]),
        how="tracked",
        before=old,
        after=new,
        patch=patch,
        before_blob=old_blob,
        after_blob=new_blob,
        is_cut=is_patch_cut or bool(before.look.cuts or after.look.cuts),
        caller=place,
    )
    sink.record_event("state.changed", cast("StateChanged", Raw(scrub(encode(body), taints))))


def _within(found: list[Change]) -> tuple[list[Json], bool]:
    """Return so many operations as an event takes, and whether there were more."""
    kept: list[Json] = []
    size = 0
    for change in found[:PATCH_OPERATIONS_MAX]:
        encoded = encode(_with_before(change))
        size += len(encoded)
        if size > PATCH_BYTES_MAX:
            break
        kept.append(Raw(encoded))
    return kept, len(kept) < len(found)


def _with_before(change: Change) -> dict[str, Json]:
    """Return an operation with what it took away, which readers of patches pass over."""
    operation = change.operation()
    if change.op != "add":
        was = encode(change.before)
        if len(was) <= PATCH_WAS_BYTES_MAX:
            operation["was"] = Raw(was)
    return operation


def _kept(value: Json, taints: set[str]) -> tuple[Json, str | None]:
    """Return a value that is short enough for an event, else the name of its blob."""
    encoded = scrub(encode(value), taints)
    if len(encoded) <= TRACKED_INLINE_BYTES_MAX:
        return Raw(encoded), None
    return None, keep_blob(encoded)


def _silent(*_given: Any, **_names: Any) -> Silent:
    return SILENT


switch.rebind_when_disabled(track_state, _silent)
