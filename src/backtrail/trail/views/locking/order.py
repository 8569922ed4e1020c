"""In which order locks are taken, and where two orders conflict.

Whoever asks for a lock while holding another one orders the two. When others order them the other
way round, all of them may end up waiting for one another, also when this time they did not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from msgspec import Struct

from backtrail.model.limits.reading import LOCK_CYCLE_MAX, LOCK_PAIRS_MAX

Key = tuple[str, str]
"""A lock or an owner: its process, or nothing for what processes share, and its id."""
INVERSIONS_MAX = 50
"""Conflicts that are told."""
WITNESSES_MAX = 3
"""Events and owners that are kept of one order."""


class Order(Struct, frozen=True, kw_only=True):
    """One lock was asked for while another one was held."""

    held: str
    wanted: str
    owners: list[str]
    events: list[str]
    """Ids of the events that show it, the first ones."""
    count: int


class Inversion(Struct, frozen=True, kw_only=True):
    """Locks that were taken in orders that conflict."""

    locks: list[str]
    orders: list[Order]
    """What was held and what was asked for, from each lock of the ring to the next."""
    guarded_by: list[str]
    """Locks that were held around all of it, which keep it from ever blocking."""
    is_one_owner: bool
    """Whether the same one did all of it, and so cannot have waited for itself."""


class _Edge:
    def __init__(self, guards: frozenset[Key]) -> None:
        self.guards = guards
        self.owners: dict[Key, str] = {}
        self.events: list[str] = []
        self.count = 0


class Orders:
    """Remembers which lock was asked for while which was held."""

    def __init__(self) -> None:
        self._edges: dict[Key, dict[Key, _Edge]] = {}
        self._names: dict[tuple[str, str], Key] = {}
        self._labels: dict[Key, str] = {}
        self._count = 0
        self.cut = 0
        """Orders that were not remembered."""

    def seen(self, lock: Key, name: str, process: str) -> None:
        """Remember which lock a name of a process means."""
        if len(self._labels) < LOCK_PAIRS_MAX:
            self._names[process, name] = lock
            self._labels.setdefault(lock, name)

    def wanted(
        self, lock: Key, *, owner: Key, owner_name: str, held: list[str], event_id: str
    ) -> None:
        """Remember that someone asked for a lock, or got it, while holding others."""
        process = owner[0]
        named = {self._names.get((process, name), (process, name)): name for name in held}
        named.pop(lock, None)
        holding = frozenset(named)
        for key, name in named.items():
            self._labels.setdefault(key, name)
            edge = self._edge(key, lock, holding)
            if edge is None:
                continue
            edge.guards &= holding
            edge.count += 1
            if len(edge.owners) < WITNESSES_MAX:
                edge.owners[owner] = owner_name
            if len(edge.events) < WITNESSES_MAX and event_id not in edge.events:
                edge.events.append(event_id)

    def inversions(self) -> list[Inversion]:
        """Return the rings of orders, the shortest first."""
        found: dict[frozenset[Key], list[Key]] = {}
        for held, wanted_by in self._edges.items():
            for wanted in wanted_by:
                ring = self._ring(held, wanted)
                if ring:
                    found.setdefault(frozenset(ring), ring)
                if len(found) >= INVERSIONS_MAX:
                    break
        told = [self._told(ring) for ring in found.values()]
        return sorted(told, key=lambda one: (bool(one.guarded_by), len(one.locks), one.locks))

    def label(self, lock: Key) -> str:
        """Return a lock's name, with its id where another lock has the same."""
        name = self._labels.get(lock, lock[1])
        others = [key for key, label in self._labels.items() if label == name]
        return name if len(others) < 2 else f"{name} ({lock[1]})"  # noqa: PLR2004 - itself

    def _edge(self, held: Key, wanted: Key, guards: frozenset[Key]) -> _Edge | None:
        edges = self._edges.setdefault(held, {})
        edge = edges.get(wanted)
        if edge is None:
            if self._count >= LOCK_PAIRS_MAX:
                self.cut += 1
                return None
            self._count += 1
            edge = edges[wanted] = _Edge(guards)
        return edge

    def _ring(self, held: Key, wanted: Key) -> list[Key] | None:
        """Return the shortest way from the wanted lock back to the held one, which closes a ring.

        The search is breadth-first and goes `LOCK_CYCLE_MAX` locks far.
        """
        came_from: dict[Key, Key | None] = {wanted: None}
        waiting = deque([(wanted, 1)])
        while waiting:
            lock, length = waiting.popleft()
            if lock == held:
                return _way(lock, came_from)
            if length >= LOCK_CYCLE_MAX:
                continue
            for following in self._edges.get(lock, {}):
                if following not in came_from:
                    came_from[following] = lock
                    waiting.append((following, length + 1))
        return None

    def _told(self, ring: list[Key]) -> Inversion:
        edges = [
            self._edges[held][wanted]
            for held, wanted in zip(ring, [*ring[1:], ring[0]], strict=True)
        ]
        guards = frozenset.intersection(*(edge.guards for edge in edges)) - frozenset(ring)
        owners = {key for edge in edges for key in edge.owners}
        return Inversion(
            locks=[self.label(key) for key in ring],
            orders=[
                Order(
                    held=self.label(held),
                    wanted=self.label(wanted),
                    owners=list(edge.owners.values()),
                    events=edge.events,
                    count=edge.count,
                )
                for (held, wanted), edge in zip(_pairs(ring), edges, strict=True)
            ],
            guarded_by=sorted(self.label(key) for key in guards),
            is_one_owner=len(owners) == 1,
        )


def _way(end: Key, came_from: Mapping[Key, Key | None]) -> list[Key]:
    """Return the ring beginning with the lock at which the search ended."""
    way, lock = [], end
    while (before := came_from[lock]) is not None:
        way.append(lock)
        lock = before
    way.append(lock)
    return [way[0], *way[:0:-1]]


def _pairs(ring: list[Key]) -> Iterator[tuple[Key, Key]]:
    return zip(ring, [*ring[1:], ring[0]], strict=True)
