"""Measures a block or a function: how long it took, and what it used."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Callable
from time import monotonic_ns, thread_time_ns
from typing import Any, Self, TypeVar

from msgspec import Struct

from backtrail.model.changes import OperationMeasured
from backtrail.model.clock import NS_PER_MS
from backtrail.model.limits import STRING_CHARS_MAX
from backtrail.record import guard, sink, switch
from backtrail.record.attach.functions import wrap
from backtrail.record.capture.redact import clean_text
from backtrail.record.measures.allocations import Allocations
from backtrail.record.measures.gc_pauses import count_pauses, pauses
from backtrail.record.measures.memory import memory
from backtrail.record.span import SILENT, Silent

F = TypeVar("F", bound=Callable[..., Any])


class Mark(Struct, frozen=True):
    """What had been used at one moment."""

    time_ns: int
    thread: int
    cpu_ns: int
    pauses: int
    pause_ns: int

    @classmethod
    def present(cls) -> Mark:
        """Return what has been used by now."""
        return cls(monotonic_ns(), get_ident(), thread_time_ns(), pauses.count, pauses.total_ns)


class Use(Struct):
    """What was used between marks."""

    time_ns: int = 0
    cpu_ns: int | None = 0
    pauses: int = 0
    pause_ns: int = 0

    def add(self, start: Mark, end: Mark) -> None:
        """Add what was used from one mark to another."""
        self.time_ns += end.time_ns - start.time_ns
        self.pauses += end.pauses - start.pauses
        self.pause_ns += end.pause_ns - start.pause_ns
        if self.cpu_ns is not None and start.thread == end.thread:
            self.cpu_ns += end.cpu_ns - start.cpu_ns
        else:
            # It went on in another thread, whose time is another.
            self.cpu_ns = None


class Measure:
    """A block that is measured: a context manager, also `async with`, and a decorator."""

    __slots__ = ("_allocations", "_memory", "_name", "_start", "_use", "_wants_allocations")

    def __init__(self, name: str, *, allocations: bool) -> None:
        self._name = name
        self._wants_allocations = allocations
        self._allocations: Allocations | None = None
        self._memory: tuple[int, int] | None = None
        self._start: Mark | None = None
        self._use = Use()

    def __enter__(self) -> Self:
        try:
            count_pauses()
            self._use = Use()
            self._memory = memory()
            self._allocations = Allocations() if self._wants_allocations else None
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("measure", error)
        self._start = Mark.present()
        return self

    def __exit__(self, *raised: object) -> None:
        try:
            self.pause()
            _tell(self._name, self._use, self._memory, self._allocations)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("measure", error)

    def pause(self) -> None:
        """Measure nothing while a generator is suspended."""
        if self._start is not None:
            self._use.add(self._start, Mark.present())
            self._start = None

    def resume(self) -> None:
        """Go on measuring."""
        self._start = Mark.present()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *raised: object) -> None:
        self.__exit__(*raised)

    def __call__(self, function: F) -> F:
        """Return the function with each of its calls measured."""
        return wrap(function, lambda: Measure(self._name, allocations=self._wants_allocations))


def measure(name: str, /, *, allocations: bool = False) -> Measure:
    """Measure a block or a function: its duration, CPU time, memory and garbage collections.

    CPU time is that of the thread: in a coroutine it includes what other tasks did meanwhile.
    Memory is by how much the process grew at the most, as far as the system tells.

    Args:
        name: of what is measured.
        allocations: also find out where memory was allocated that is still there at the end, and
            the true peak. It slows the block down several times.
    """
    return Measure(name, allocations=allocations)


def _tell(
    name: str, use: Use, before: tuple[int, int] | None, allocations: Allocations | None
) -> None:
    """Record what was used."""
    after = memory()
    allocated, peak = allocations.end() if allocations is not None else ([], None)
    if peak is None and before is not None and after is not None:
        # A peak below that of an earlier time leaves no sign; what stayed does.
        most = after[1] if after[1] > before[1] else after[0]
        peak = max(0, most - before[0])
    body = OperationMeasured(
        name=clean_text(str(name)[:STRING_CHARS_MAX]),
        took_ms=use.time_ns / NS_PER_MS,
        cpu_ms=None if use.cpu_ns is None else use.cpu_ns / NS_PER_MS,
        peak_memory_bytes=peak,
        gc_pauses=use.pauses,
        gc_pause_ms=use.pause_ns / NS_PER_MS,
        allocated=allocated,
    )
    sink.record_event("operation.measured", body)


def _silent(*_given: Any, **_names: Any) -> Silent:
    return SILENT


switch.rebind_when_disabled(measure, _silent)
