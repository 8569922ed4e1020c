"""What `backtrail run` itself records of a program: that it began, how it ended, that it hung."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

import backtrail
from backtrail.cli.program.process import Ending
from backtrail.model import ids
from backtrail.model.clock import NS_PER_S, Clock
from backtrail.model.event import Body
from backtrail.model.kinds import (
    ErrorRaised,
    JournalDropped,
    Link,
    RunEnded,
    RunStarted,
    TraceStarted,
)
from backtrail.record import journal
from backtrail.record.attach import inherit
from backtrail.record.capture.redact import clean_text
from backtrail.record.capture.secrets.command import clean_command

_ENTROPY_BYTES = 10
_TIME_DIGITS = 12
"""Digits of an id that are its time in milliseconds."""
_NOTES_CHARS_MAX = 10_000


class _Bundle(Struct, frozen=True, kw_only=True):
    """What must be known of an error's file here."""

    type: str = ""
    process: dict[str, Any] = {}


_decode_bundle = msgspec.json.Decoder(_Bundle).decode


class Order(Struct, frozen=True, kw_only=True):
    """A program to run, and how it is to be recorded."""

    command: list[str]
    home: str
    """The `.backtrail` folder."""
    cwd: str
    name: str | None = None
    """What to call the trace; the command if there is none."""
    session: str | None = None
    timeout_s: float | None = None
    is_on: bool = True
    """Whether it is recorded at all."""
    settings: dict[str, str] = {}
    """Settings that were given for this run alone, as variables: `BACKTRAIL_MODE`."""


class Recording:
    """One run, from the outside: a trace with an id, and a journal segment of our own."""

    def __init__(self, order: Order, clock: Clock) -> None:
        self.order = order
        self.run_id = ids.uuid7(clock.time_unix_ns(), os.urandom(_ENTROPY_BYTES))
        self.trace_id = ids.uuid7(clock.time_unix_ns(), os.urandom(_ENTROPY_BYTES))
        self.deadline_ns: int | None = None
        if order.timeout_s is not None:
            self.deadline_ns = clock.monotonic_ns() + int(order.timeout_s * NS_PER_S)
        journal.configure(order.home, clock=clock)

    @property
    def mark(self) -> bytes:
        """The variable by which every process of the run is known."""
        return f"BACKTRAIL_RUN={self.run_id}".encode()

    def environ(self, plain: Mapping[str, str]) -> dict[str, str]:
        """Return the environment in which the program records itself."""
        if not self.order.is_on:
            return dict(plain)
        given = {
            **self.order.settings,
            "BACKTRAIL_DIR": self.order.home,
            "BACKTRAIL_PATH": os.pathsep.join(_libraries()),
            "BACKTRAIL_RUN": self.run_id,
            "BACKTRAIL_PARENT": journal.process_id(),
            "TRACEPARENT": ids.traceparent(self.trace_id, None),
        }
        if self.deadline_ns is not None:
            given["BACKTRAIL_DEADLINE_NS"] = str(self.deadline_ns)
        return inherit.extended(plain, given)

    def started(self) -> None:
        """Record that the program runs."""
        order = self.order
        if outer := ids.parse_traceparent(inherit.handed_on.get("TRACEPARENT", "")):
            link = Link(relation="child.of", trace_id=outer[0], span_id=outer[1])
            name = order.name or " ".join(order.command)
            self._write("trace.started", TraceStarted(name=clean_text(name), links=[link]))
        body = RunStarted(
            run_id=self.run_id,
            name=order.name and clean_text(order.name),
            command=clean_command(order.command),
            cwd=clean_text(order.cwd),
            session=order.session,
            timeout_s=order.timeout_s,
        )
        self._write("run.started", body)

    def ended(self, ending: Ending, *, is_timed_out: bool) -> None:
        """Record how the program ended, and which of its processes could not be recorded."""
        for reason, count in self._unrecorded().items():
            self._write("journal.dropped", JournalDropped(reason=reason, count=count))
        body = RunEnded(
            run_id=self.run_id,
            exit_code=ending.exit_code,
            signal=ending.signal_name,
            is_timed_out=is_timed_out,
        )
        self._write("run.ended", body)
        journal.seal()

    def has_hang(self, pid: int | None) -> bool:
        """Whether a process of the run, or any of them, has written where it hangs."""
        if not self.order.is_on:
            return True
        since = ids.uuid7(self._deadline_unix_ns(), bytes(_ENTROPY_BYTES))[:_TIME_DIGITS]
        folder = Path(self.order.home, "errors")
        try:
            bundles = [path for path in folder.iterdir() if path.name[:_TIME_DIGITS] >= since]
        except OSError:
            return False
        return any(self._is_hang(path, pid) for path in bundles)

    def hung(self) -> None:
        """Record a hang that the program itself could not record: it let no Python code run."""
        clock = journal.clock()
        error_id = ids.uuid7(clock.time_unix_ns(), os.urandom(_ENTROPY_BYTES))
        body = ErrorRaised(
            error_id=error_id,
            type="hang",
            message=f"no end after {self.order.timeout_s:g} s, and no Python code could say where",
            mechanism="hang",
            is_handled=False,
            fingerprint="hang",
            session=self.order.session,
        )
        self._write("error.raised", body)

    def _write(self, kind: str, body: Body) -> None:
        if not self.order.is_on:
            return
        journal.write_event(kind, body, trace=b'"%b"' % self.trace_id.encode())

    def _deadline_unix_ns(self) -> int:
        clock = journal.clock()
        assert self.deadline_ns is not None
        return clock.time_unix_ns() - clock.monotonic_ns() + self.deadline_ns

    def _is_hang(self, path: Path, pid: int | None) -> bool:
        try:
            bundle = path.read_bytes()
            found = _decode_bundle(bundle)
        except (OSError, msgspec.DecodeError):
            return False  # It is being written: the next look will tell.
        is_of_this_run = self.trace_id.encode() in bundle
        return found.type == "hang" and is_of_this_run and pid in {None, found.process.get("pid")}

    def _unrecorded(self) -> dict[str, int]:
        """Read, and take away, what processes left that could not be recorded."""
        path = Path(self.order.home, "journal", f"{self.run_id}.unrecorded")
        try:
            text = path.read_text(errors="replace")[:_NOTES_CHARS_MAX]
            path.unlink()
        except OSError:
            return {}
        reasons: dict[str, int] = {}
        for line in text.splitlines():
            reasons[line] = reasons.get(line, 0) + 1
        return reasons


def _libraries() -> list[str]:
    """Return the folders in which another Python finds Backtrail and what it needs."""
    homes = (Path(package.__path__[0]).parent for package in (backtrail, msgspec))
    return list(dict.fromkeys(map(str, homes)))
