"""What the user and the clean-up decided about traces: pins, and what was dropped.

It stands in a small file of its own, `retention.jsonl`, so that it outlives the catalogue: a
rebuild neither forgets a pin nor brings back a dropped trace.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from backtrail.model.errors import StoreError

FILE_NAME = "retention.jsonl"


class Kept(Struct, frozen=True, kw_only=True):
    """What `retention.jsonl` says."""

    pins: frozenset[str] = frozenset()
    dropped: dict[str, int] = {}
    """Traces that were dropped: up to which time their events are not wanted again."""


class _Fact(Struct, omit_defaults=True):
    fact: Literal["pinned", "unpinned", "dropped"]
    trace: str
    until_unix_ns: int = 0


def pin(home: Path, trace_id: str) -> None:
    """Keep a trace whatever the limits say; give its full id."""
    _append(home, [_Fact(fact="pinned", trace=trace_id)])


def unpin(home: Path, trace_id: str) -> None:
    """Let the limits decide about a trace again."""
    _append(home, [_Fact(fact="unpinned", trace=trace_id)])


def read_kept(home: Path) -> Kept:
    """Return the pins and what was dropped; a line that cannot be read is passed over."""
    pinned: dict[str, None] = {}
    dropped: dict[str, int] = {}
    try:
        lines = (home / FILE_NAME).read_bytes().split(b"\n")
    except OSError:
        return Kept()
    for line in lines:
        with suppress(msgspec.DecodeError):
            fact = _decode(line)
            if fact.fact == "dropped":
                dropped[fact.trace] = max(fact.until_unix_ns, dropped.get(fact.trace, 0))
            elif fact.fact == "pinned":
                pinned[fact.trace] = None
            else:
                pinned.pop(fact.trace, None)
    return Kept(pins=frozenset(pinned), dropped=dropped)


def add_dropped(home: Path, until_unix_ns: Mapping[str, int]) -> None:
    """Write down traces that are dropped, each with the time of its last event."""
    _append(
        home,
        [
            _Fact(fact="dropped", trace=trace, until_unix_ns=until)
            for trace, until in until_unix_ns.items()
        ],
    )


def forget_dropped(home: Path, *, before_unix_ns: int) -> None:
    """Rewrite the file without the drops of which no segment can hold an event any more."""
    with _locked(home):
        kept = read_kept(home)
        facts = [_Fact(fact="pinned", trace=trace) for trace in sorted(kept.pins)]
        facts += [
            _Fact(fact="dropped", trace=trace, until_unix_ns=until)
            for trace, until in kept.dropped.items()
            if until >= before_unix_ns
        ]
        draft = home / f"{FILE_NAME}.new"
        _write(draft, facts, os.O_TRUNC)
        draft.replace(home / FILE_NAME)


def _append(home: Path, facts: list[_Fact]) -> None:
    if not facts:
        return
    try:
        with _locked(home):
            _write(home / FILE_NAME, facts, os.O_APPEND)
    except OSError as error:
        raise StoreError(
            f"{home / FILE_NAME} cannot be written: {error.strerror}",
            hint="look at the directory's owner and at the free space",
        ) from error


def _write(path: Path, facts: list[_Fact], flag: int) -> None:
    """Write facts and force them to the disk; a line that was torn before them stays alone."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flag, 0o600)
    try:
        text = b"\n".join([b"", *(msgspec.json.encode(fact) for fact in facts), b""])
        while text:
            text = text[os.write(fd, text) :]
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Keep out other writers of the file while it is written."""
    fd = os.open(home / f"{FILE_NAME}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


_decode = msgspec.json.Decoder(_Fact).decode
