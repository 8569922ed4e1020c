"""The order in which things happened, over threads, processes and machines.

What a clock says is not enough: clocks of two machines differ, and a clock that is set jumps. So

- within a process, and between processes of one machine since it was booted, the clock that never
  goes back decides; the wall clock only ties machines to one another;
- between machines, what must have come first moves their clocks: a span begins before those that
  are begun in it, a server works before its answer arrives, a child lives between the start and the
  end that its parent saw;
- where events were written a moment late, a lock is still let go of before the next one has it, and
  a program is started before it does anything.

Sources: L. Lamport, "Time, clocks, and the ordering of events in a distributed system", CACM 21
(1978); the shifts between machines are the least that fulfil the constraints, as R. Bellman and
L. R. Ford find shortest ways.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from backtrail.model.clock import NS_PER_S
from backtrail.model.event import Event
from backtrail.trail.precedence import Edge, edges

SAME_BOOT_NS = 2 * NS_PER_S
"""Processes of one host whose clocks agree this well go by one clock; another boot, or another
machine of the same name, began to count at another time."""
ROUNDS_MAX = 64
"""Times that the clocks of machines are moved until they fit."""
NOTHING: frozenset[str] = frozenset()

BEGINNINGS = frozenset({"run.started", "trace.started"})
"""Kinds with which a program is begun, or an operation."""

Chain = tuple[str, str | None, str | None]
"""Process, thread and task: what did one thing after the other."""


class Ordered(Struct, frozen=True, kw_only=True):
    """Events in the order in which they happened."""

    events: list[Event]
    at_ns: dict[str, int]
    """By process, what to add to the clock that never goes back to get comparable times."""
    notes: list[str]
    """Where clocks had to be moved, or contradict one another."""

    def time_ns(self, event: Event) -> int:
        """Return when an event was, in nanoseconds since 1970 by the first machine's wall clock."""
        return event.monotonic_ns + self.at_ns.get(event.process, 0)


def in_order(events: Iterable[Event]) -> Ordered:
    """Put events into the order in which they happened; they come in any."""
    given = sorted(events, key=lambda event: (event.process, event.monotonic_ns, event.seq))
    bases = _bases(given)
    known = list(edges(given))
    machines = _machines(given, bases)
    shifts, is_solved = _shifts(known, bases, machines)
    at_ns = {process: bases[machine] + shifts[machine] for process, machine in machines.items()}
    by_time = sorted(
        given,
        key=lambda event: (event.monotonic_ns + at_ns[event.process], event.process, event.seq),
    )
    ordered = list(_repaired(by_time, known))
    is_sound = is_solved and len(ordered) == len(given)
    if len(ordered) < len(given):
        # What is left waits for one another, which cannot be; the clocks decide.
        ordered = by_time
    notes = list(_notes(shifts, bases, machines, is_sound=is_sound))
    return Ordered(events=ordered, at_ns=at_ns, notes=notes)


def _bases(given: Sequence[Event]) -> dict[str, int]:
    """Return the wall clock of each process when its machine was booted, by its first event.

    Later readings are left out, since between two of them the clock may have been set.
    """
    bases: dict[str, int] = {}
    for event in given:
        bases.setdefault(event.process, event.time_unix_ns - event.monotonic_ns)
    return bases


def _machines(given: Sequence[Event], bases: Mapping[str, int]) -> dict[str, str]:
    """Tell which processes go by one clock; each is named by one that goes by it.

    The first machine is that of the process that began it all, as far as that can be told.
    """
    begun = {event.process: event for event in given if event.kind == "process.started"}
    hosts = {process: str(event.body.get("host") or "") for process, event in begun.items()}
    parents = {
        process: str(event.body.get("parent_process") or "") for process, event in begun.items()
    }
    machines: dict[str, str] = {}
    for process in _roots_first(given, bases, parents):
        parent = parents.get(process, "")
        if parent in machines and hosts[process] == hosts.get(parent):
            machines[process] = machines[parent]
            continue
        machines[process] = next(
            (
                machine
                for machine in dict.fromkeys(machines.values())
                if _is_same_host(hosts.get(machine), hosts.get(process))
                and abs(bases[machine] - bases[process]) <= SAME_BOOT_NS
            ),
            process,
        )
    return machines


def _roots_first(
    given: Sequence[Event], bases: Mapping[str, int], parents: Mapping[str, str]
) -> list[str]:
    """Order processes: parents before their children, and first who began it all."""
    first: dict[str, int] = {}
    begins: set[str] = set()
    for event in given:
        first.setdefault(event.process, event.time_unix_ns)
        is_root = event.kind == "span.started" and not event.body.get("parent")
        if is_root or event.kind in BEGINNINGS:
            begins.add(event.process)

    def generation(process: str) -> int:
        ancestors: set[str] = set()
        while (parent := parents.get(process, "")) in bases and parent not in ancestors:
            ancestors.add(parent)
            process = parent
        return len(ancestors)

    return sorted(bases, key=lambda one: (generation(one), one not in begins, first[one], one))


def _is_same_host(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _shifts(
    known: Sequence[Edge], bases: Mapping[str, int], machines: Mapping[str, str]
) -> tuple[dict[str, int], bool]:
    """Return how far each machine's clock must be moved, and whether that fulfils all."""
    shifts = dict.fromkeys(machines.values(), 0)
    late: dict[tuple[str, str], int] = {}
    for edge in known:
        one, other = machines[edge.first.process], machines[edge.then.process]
        if one == other:
            continue
        gap = bases[one] + edge.first.monotonic_ns - bases[other] - edge.then.monotonic_ns
        late[one, other] = max(gap, late.get((one, other), gap))
    is_settled = True
    for _ in range(min(len(shifts) + 1, ROUNDS_MAX)):
        is_settled = True
        for (one, other), gap in late.items():
            if shifts[one] + gap > shifts[other]:
                shifts[other] = shifts[one] + gap
                is_settled = False
        if is_settled:
            break
    zero = next(iter(shifts.values()), 0)
    return {machine: shift - zero for machine, shift in shifts.items()}, is_settled


def _repaired(by_time: Sequence[Event], known: Sequence[Edge]) -> Iterator[Event]:
    """Yield events by time, but none before what must come first; what cannot come is left out.

    What has to wait holds back only what its own thread or task did after it.
    """
    awaited: dict[str, set[str]] = {}
    here = {event.event_id for event in by_time}
    for edge in known:
        if edge.first.event_id in here:
            awaited.setdefault(edge.then.event_id, set()).add(edge.first.event_id)
    held: dict[Chain, deque[Event]] = {}
    done: set[str] = set()
    for event in by_time:
        chain = (event.process, event.thread, event.task)
        if chain in held or not awaited.get(event.event_id, NOTHING) <= done:
            held.setdefault(chain, deque()).append(event)
            continue
        done.add(event.event_id)
        yield event
        yield from _released(held, awaited, done)


def _released(
    held: dict[Chain, deque[Event]], awaited: Mapping[str, set[str]], done: set[str]
) -> Iterator[Event]:
    """Yield what need no longer wait."""
    is_moving = bool(held)
    while is_moving:
        is_moving = False
        for chain, waiting in list(held.items()):
            while waiting and awaited.get(waiting[0].event_id, NOTHING) <= done:
                event = waiting.popleft()
                done.add(event.event_id)
                is_moving = True
                yield event
            if not waiting:
                del held[chain]


def _notes(
    shifts: Mapping[str, int],
    bases: Mapping[str, int],
    machines: Mapping[str, str],
    *,
    is_sound: bool,
) -> Iterator[str]:
    for machine, shift in shifts.items():
        if shift:
            yield (
                f"the clock of process {machine} was moved by {shift / NS_PER_S:+.3f} s, since "
                "otherwise an effect would stand before its cause"
            )
    for process, machine in machines.items():
        jumped = bases[process] - bases[machine]
        if abs(jumped) > SAME_BOOT_NS:
            yield (
                f"the wall clock was set by {jumped / NS_PER_S:+.3f} s before process {process} "
                "began; the order goes by the clock that never goes back"
            )
    if not is_sound:
        yield "events contradict one another: the order between processes is uncertain"
