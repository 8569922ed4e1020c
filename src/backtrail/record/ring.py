"""The recent past of each trace, in memory and bounded.

A ring is a deque per trace, first in first out. Traces leave when there are too many, the least
recently used first, or when they have been silent for too long. What leaves is counted.

An entry with the action `error_occurred` carries the history of its trace: the entries before it,
oldest first, without itself and without the histories that those may carry. It is copied out
before the entry enters the ring, so no entry ever contains itself.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from msgspec import Struct
from msgspec.json import decode

from backtrail.model import limits

ERROR_ACTION = "error_occurred"
HISTORY = "trace_history"

_HISTORY_BEGINS = b',"' + HISTORY.encode() + b'":['

Entry = Mapping[str, Any] | bytes
"""An entry as the program gave it, or as the line of JSON that the recorder made of it."""


class Ring(Struct, gc=False):
    """The last entries of one trace."""

    entries: deque[Entry]
    used_at_s: float
    evicted: int = 0
    """Entries that left because the ring was full; the recorder's own appends are not counted."""


class TraceBuffer:
    """A ring per trace id.

    Args:
        max_entries: entries kept of each trace; one more evicts the oldest.
        max_traces: traces kept; one more evicts the least recently used.
        idle_seconds: a trace unused for longer leaves when another is used.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        max_entries: int = limits.RING_EVENTS_MAX,
        max_traces: int = limits.RING_TRACES_MAX,
        idle_seconds: float = limits.RING_IDLE_S_MAX,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        if max_entries < 1 or max_traces < 1 or idle_seconds <= 0:
            raise ValueError(
                f"{max_entries} entries of {max_traces} traces for {idle_seconds} s hold nothing"
            )
        self.max_entries = max_entries
        self.max_traces = max_traces
        self.idle_seconds = idle_seconds
        self.evicted_entries = 0
        self.evicted_traces = 0
        self._clock = clock
        self._rings: OrderedDict[str, Ring] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rings)

    def __contains__(self, trace_id: str) -> bool:
        return trace_id in self._rings

    def add(self, trace_id: str, entry: Entry) -> None:
        """Put an entry behind the others of its trace."""
        entries = self.ring(trace_id)
        if len(entries) == self.max_entries:
            self.evicted_entries += 1
        entries.append(entry)

    def get(self, trace_id: str) -> list[dict[str, Any]]:
        """Return copies of the entries of a trace, oldest first; an unknown trace has none."""
        ring = self._rings.get(trace_id)
        return [] if ring is None else [_as_dict(entry) for entry in list(ring.entries)]

    def attach_history(
        self, entry: dict[str, Any], trace_id: str, *, ring: deque[Any] | None = None
    ) -> dict[str, Any]:
        """Give an error's entry the history of its trace; leave any other entry as it is.

        The entry itself, should it be in the ring, and the histories of earlier errors are left
        out. The same entry is returned. A ring may be given for a trace that is not held here.
        """
        if entry.get("action") == ERROR_ACTION:
            if ring is None:
                known = self._rings.get(trace_id)
                ring = deque() if known is None else known.entries
            earlier = [e for e in list(ring) if e is not entry]
            entry[HISTORY] = [_without_history(_as_dict(e)) for e in earlier]
        return entry

    def ring(self, trace_id: str) -> deque[Entry]:
        """Return the deque of a trace, made if it must be, and mark the trace as used."""
        now = self._clock()
        ring = self._rings.get(trace_id)
        if ring is None:
            ring = Ring(entries=deque(maxlen=self.max_entries), used_at_s=now)
            self._rings[trace_id] = ring
        else:
            ring.used_at_s = now
            self._rings.move_to_end(trace_id)
        self._make_room(now)
        return ring.entries

    def resize(self, max_entries: int, max_traces: int, idle_seconds: float) -> None:
        """Change the limits; the rings that there are keep their length."""
        self.max_entries, self.max_traces = max_entries, max_traces
        self.idle_seconds = idle_seconds

    def _make_room(self, now: float) -> None:
        """Evict what is too much or too old; the order of use is the order of the rings."""
        rings = self._rings
        while len(rings) > 1:
            oldest = next(iter(rings.values()))
            if len(rings) <= self.max_traces and now - oldest.used_at_s <= self.idle_seconds:
                return
            try:
                rings.popitem(last=False)
            except KeyError:
                return
            self.evicted_traces += 1


def _as_dict(entry: Entry) -> dict[str, Any]:
    return decode(entry, type=dict[str, Any]) if isinstance(entry, bytes) else dict(entry)


def _without_history(entry: dict[str, Any]) -> dict[str, Any]:
    entry.pop(HISTORY, None)
    return entry


def history_json(entries: deque[Entry]) -> bytes:
    """Return a ring of encoded lines as one JSON array, oldest first, without decoding any."""
    return b"[" + b",".join(entries) + b"]"  # type: ignore[arg-type]


def with_history(line: bytes, entries: deque[Any]) -> bytes:
    """Return an error's line with the entries before it as its last member, and a newline.

    All is joined at once: of a history that is long, each further copy would be felt.
    """
    parts = list(entries) or [b""]
    parts[0] = line[:-1] + _HISTORY_BEGINS + parts[0]
    parts[-1] += b"]}\n"
    return b",".join(parts)
