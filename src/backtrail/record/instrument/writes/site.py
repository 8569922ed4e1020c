"""The place of one statement that changes something, and how often it may be looked at."""

from __future__ import annotations

import sys
import time
from typing import Any

from backtrail.model.clock import NS_PER_S
from backtrail.model.limits import (
    WRITES_CPU_S_MAX,
    WRITES_EVENTS_MAX,
    WRITES_LOOKS_MAX,
    WRITES_MAX,
    WRITES_TRACES_MAX,
)
from backtrail.record import guard, scope, switch
from backtrail.record.instrument import taken
from backtrail.record.instrument.writes.looking import Seen, look
from backtrail.record.instrument.writes.targets import Target
from backtrail.record.instrument.writes.telling import tell_of


class Spent:
    """What all places together have told so far, and what that took."""

    is_on = False
    is_traced = False
    events = 0
    cpu_ns = 0
    made: list[Write] = []  # noqa: RUF012 - there is one
    traces: set[str] = set()  # noqa: RUF012 - there is one


class Write:
    """The site of one statement."""

    __slots__ = ("looks", "on", "pending", "target", "told", "total")
    too_deep = (RecursionError, NameError)
    """What may fail on the way to a look: the statement itself is to say so."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.on = True
        self.looks = 0
        self.told = 0
        self.total = 0
        self.pending: dict[int, Seen] = {}
        """What was seen before the statement, by the frame that is in it."""
        Spent.made.append(self)

    def before(self, base: Any, key: Any = None) -> None:
        """Look at what the statement is about to change."""
        began_ns = time.thread_time_ns()
        try:
            frame = id(sys._getframe(1))  # noqa: SLF001 - inspect costs start-up time
            self.pending.pop(frame, None)
            seen = look(self.target, base, key) if self._may_look() else None
            if seen is not None:
                if len(self.pending) >= WRITES_MAX:
                    self.pending.clear()
                self.pending[frame] = seen
        except RecursionError:
            raise
        except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
            self._rest()
            guard.broke("writes", fault)
        finally:
            Spent.cpu_ns += time.thread_time_ns() - began_ns

    def after(self, base: Any, key: Any = None) -> None:
        """Look at it again, and record what changed."""
        began_ns = time.thread_time_ns()
        try:
            frame = sys._getframe(1)  # noqa: SLF001 - inspect costs start-up time
            seen = self.pending.pop(id(frame), None)
            found = None if seen is None else look(self.target, base, key)
            if (
                seen is not None
                and found is not None
                and seen.identity == found.identity
                and tell_of(seen, found, self.total + 1, frame)
            ):
                self.total += 1
                self.told += 1
                Spent.events += 1
        except RecursionError:
            raise
        except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
            self._rest()
            guard.broke("writes", fault)
        finally:
            Spent.cpu_ns += time.thread_time_ns() - began_ns

    def __reduce__(self) -> tuple[Any, ...]:
        return taken.without_us()

    def _may_look(self) -> bool:
        """Tell whether it is looked at once more; if not, it is not asked again in this trace."""
        if not Spent.is_on or _is_all_spent():
            self.on = False
            return False
        if not switch.is_enabled():
            return False
        _wake(scope.current().trace.trace_id)
        self.looks += 1
        if self.looks > WRITES_LOOKS_MAX or self.told >= WRITES_MAX:
            self._rest()
        return self.on

    def _rest(self) -> None:
        if self.on:
            self.on = False
            self.pending.clear()
            guard.count("change of state not looked at: its place has told enough")


def begin() -> None:
    """Tell from here on what is changed."""
    Spent.is_on = not Spent.is_traced
    Spent.events = Spent.cpu_ns = 0
    Spent.traces.clear()


def end() -> None:
    """Tell no more."""
    Spent.is_on = False
    for each in Spent.made:
        each.on = False


def be_still() -> None:
    """Tell no more for good."""
    Spent.is_traced = True
    end()


def _is_all_spent() -> bool:
    is_spent = Spent.events >= WRITES_EVENTS_MAX or Spent.cpu_ns > WRITES_CPU_S_MAX * NS_PER_S
    if is_spent:
        guard.count("changes of state not looked at: no more of this process")
        end()
    return is_spent


def _wake(trace: str) -> None:
    """Let those that told enough tell again, once for each trace."""
    if trace in Spent.traces or len(Spent.traces) >= WRITES_TRACES_MAX:
        return
    Spent.traces.add(trace)
    for each in Spent.made:
        each.looks = each.told = 0
        each.on = True
