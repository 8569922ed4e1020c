"""Times that the program read or made, as seen where its own code calls for them.

What the call gave goes on to the program as it is, and is only looked at on the way.
"""

from __future__ import annotations

import _ast
import re
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

from backtrail.model.clock import NS_PER_S
from backtrail.model.effects import ClockRead
from backtrail.model.event import Json
from backtrail.model.limits import CLOCK_READS_MAX, CLOCK_WINDOW_S
from backtrail.record import guard, journal, switch
from backtrail.record.capture.callers import caller
from backtrail.record.capture.snapshot import snapshot
from backtrail.record.capture.values.namespace import PROXY, forget_variables
from backtrail.record.capture.values.shapes import derives
from backtrail.record.capture.values.walk import Walk
from backtrail.record.effects.origin import tell
from backtrail.record.instrument import modules, taken
from backtrail.record.instrument.rewrite import Sites

WORDS = frozenset(
    str.split(
        """
        now utcnow today time time_ns localtime gmtime fromtimestamp utcfromtimestamp
        fromisoformat strptime mktime
        """
    )
)
"""Names of functions that give the time, or make one of something else."""
_CALL = re.compile(rb"\b(?:" + "|".join(sorted(WORDS)).encode() + rb")\s*\(")
_LOOK_EACH = 16
"""Calls of a place that has told enough, after which it is asked whether a window is over."""
_PLAIN = frozenset({str, int, float, bool, type(None)})
_OTHER = "…"


class Reading:
    """The site of one call that gives a time."""

    __slots__ = ("arguments", "count", "due", "function", "since_ns", "told")

    def __init__(self, function: str, arguments: list[tuple[str, Any]]) -> None:
        self.function = function
        self.arguments = arguments
        self.count = 0
        self.due = 1
        self.told = 0
        self.since_ns = 0

    def seen(self, value: Any) -> Any:
        """Look at what the call gave, and return it."""
        self.count += 1
        if self.count >= self.due:
            try:
                self._look(value, sys._getframe(1))  # noqa: SLF001 - inspect costs start-up time
            except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
                self.due = self.count + _LOOK_EACH
                guard.broke("clock", fault)
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        return taken.without_us()

    def _look(self, value: Any, frame: FrameType) -> None:
        now_ns = journal.clock().monotonic_ns()
        if now_ns - self.since_ns > CLOCK_WINDOW_S * NS_PER_S:
            self.since_ns, self.told = now_ns, 0
        if self.told >= CLOCK_READS_MAX:
            self.due = self.count + _LOOK_EACH
            return
        if not switch.is_enabled() or not _marker.is_on or (text := _time(value)) is None:
            return
        self.told += 1
        walk = Walk()
        arguments = [_argument(kind, word, frame, walk) for kind, word in self.arguments]
        if any(kind == "name" for kind, _ in self.arguments):
            forget_variables(frame)
        body = ClockRead(
            function=self.function, value=text, arguments=arguments, caller=caller(frame)
        )
        tell("clock.read", body, walk)


class _Marker:
    """Puts a site around each call that may give a time."""

    is_on = False

    def may_mark(self, source: bytes) -> bool:
        return _CALL.search(source) is not None

    def mark(self, tree: _ast.Module, sites: Sites) -> None:
        sites.put_around(tree, _is_reading, _reading)


def _is_reading(node: Any) -> bool:
    function = node.func if type(node) is _ast.Call else None
    if type(function) is _ast.Name:
        return function.id in WORDS
    return type(function) is _ast.Attribute and function.attr in WORDS


def _reading(call: _ast.Call) -> Reading:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return Reading(_written(call.func), [_word(each) for each in given])


def _written(node: Any) -> str:
    """Return a name with dots as it is written; what is none is left out."""
    if type(node) is _ast.Name:
        return node.id
    if type(node) is _ast.Attribute:
        return f"{_written(node.value)}.{node.attr}"
    return _OTHER


def _word(node: Any) -> tuple[str, Any]:
    """Return what is known of an argument before the call: its value, its name, or its text."""
    if type(node) is _ast.Constant and type(node.value) in _PLAIN:
        return "value", node.value
    if type(node) is _ast.Name:
        return "name", node.id
    return "text", _written(node)


def _argument(kind: str, word: Any, frame: FrameType, walk: Walk) -> Json:
    if kind != "name":
        return snapshot(word, walk=walk)
    for names in (frame.f_locals, frame.f_globals):
        is_known = type(names) is dict or type(names) is PROXY
        value = names.get(word, _OTHER) if is_known else _OTHER
        if value is not _OTHER:
            return snapshot(value, name=word, walk=walk) if type(value) in _PLAIN else word
    return word


def _time(value: Any) -> Json:
    """Return a time as text or number; `None` for anything else."""
    kind = type(value)
    if kind is float or kind is int:
        return value
    time = sys.modules.get("time")
    if time is not None and kind is time.struct_time:
        zone = f" {value.tm_zone}" if type(value.tm_zone) is str else ""
        return _text(tuple(value)[:3], tuple(value)[3:6]) + zone
    module = sys.modules.get("datetime")
    if module is None:
        return None
    if derives(kind, module.datetime):
        return _date_and_time(value, module)
    if kind is module.date:
        return str(value)
    return str(value) if kind is module.time and value.tzinfo is None else None


def _date_and_time(value: Any, module: Any) -> str:
    """Return a date and time as ISO text; a zone is asked only if it is of Python's own."""
    zone = vars(module.datetime)["tzinfo"].__get__(value)
    zones = sys.modules.get("zoneinfo")
    known = (type(None), module.timezone, *((zones.ZoneInfo,) if zones else ()))
    if type(zone) in known:
        return str(module.datetime.isoformat(value, " "))
    date, hours = (
        [vars(owner)[name].__get__(value) for name in names]
        for owner, names in (
            (module.date, ("year", "month", "day")),
            (module.datetime, ("hour", "minute", "second")),
        )
    )
    return f"{_text(date, hours)} {type(zone).__name__}"


def _text(date: Sequence[int], hours: Sequence[int]) -> str:
    return "{:04}-{:02}-{:02} ".format(*date) + "{:02}:{:02}:{:02}".format(*hours)


_marker = _Marker()


def watch() -> None:
    """Record from here on what times the program's own code reads and makes."""
    _marker.is_on = True
    modules.watch(_marker)


def unwatch() -> None:
    """Record no more of them."""
    _marker.is_on = False
    modules.unwatch(_marker)
