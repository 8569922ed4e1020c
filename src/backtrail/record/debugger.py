"""`debug(action, ...)`: one entry in the present trace, written before the call returns.

The functions made here are closures with one positional-only parameter: matching keywords against
further parameters, and calling an instance that has `__call__`, would each cost as much as the
baseline that the whole call is measured by. `Debugger` is the protocol that they fulfil.

A call takes the fast path when all is plain: names seen before and not secret, values of simple
types, strings that are short and without the marks that every known secret has. Everything else
goes through `capture`, which walks, cuts and redacts.
"""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Iterable
from time import monotonic_ns
from typing import Any, Protocol, cast

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backtrail.model import limits
from backtrail.record import entry, journal, scope, sink, switch
from backtrail.record.capture.redact import is_clean

DEFAULT_CONTEXT = "global/default"


class Debugger(Protocol):
    """Records entries in one context."""

    def __call__(
        self,
        action: str,
        data: Any = None,
        state: Any = None,
        *,
        ai_tags: Iterable[str] | None = None,
        trace_id: str | None = None,
        print_console: bool = False,
        **attributes: Any,
    ) -> None:
        """Record that something happened.

        Args:
            action: what happened, as verb_noun: `load_user`. `error_occurred` carries the history.
            data: what it happened with.
            state: what was so at that time.
            ai_tags: words by which an assistant finds it.
            trace_id: the trace it belongs to; the present one unless given.
            print_console: also print it.
            attributes: anything else, by name.
        """


class DebugLine(Struct, gc=False, omit_defaults=True):
    """An entry of the fast path, as it stands in the journal."""

    t: int
    trace: Raw
    action: str
    attributes: dict[str, Any]
    span: str | UnsetType = UNSET


_encode = msgspec.json.Encoder().encode
_get, _settled = scope.get, scope.settled
_plain_names, _actions_seen = entry.plain_names, entry.plain_actions
_PLAIN_TYPES = frozenset({int, float, bool, type(None)})
_LONG = limits.STRING_CHARS_MAX
_SHORT = 16
"""Shorter strings hold a secret only beside a mark: `key=value`, `name: value`, `scheme://user:pw@host`."""


_debuggers: dict[str, Debugger] = {}


def get_debugger(context: str = DEFAULT_CONTEXT) -> Debugger:
    """Return the debugger of a context, such as a module or a part of the program."""
    context = entry.checked_context(context)
    known = _debuggers.get(context)
    if known is None:
        known = _debuggers[context] = _make(context)
        switch.rebind_when_disabled(known, _make_silent(context))
    return known


def _make(context: str) -> Debugger:  # noqa: C901 - each call that it saves is a third of the budget
    def debug(action: str, /, *more: Any, **attributes: Any) -> None:  # noqa: C901 - see above
        try:
            here = _get()
            lane = here.lane
            if lane.thread != get_ident() or scope.running_tasks:
                here = _settled(here)
                lane = here.lane
            if more or action not in _actions_seen:
                entry.record(here, context, action, more, attributes)
                return
            for name in attributes:  # noqa: PLC0206 - faster than items(), of which each is a tuple
                if name in _plain_names:
                    value = attributes[name]
                    kind = type(value)
                    if kind in _PLAIN_TYPES or (
                        kind is str
                        and (
                            (len(value) <= _SHORT and "=" not in value and ":" not in value)
                            or (len(value) <= _LONG and is_clean(value))
                        )
                    ):
                        continue
                entry.record(here, context, action, more, attributes)
                return
            try:
                envelope = lane.debug[context]
            except KeyError:
                envelope = entry.envelope(here, context)
            line = _encode(DebugLine(monotonic_ns(), envelope, action, attributes, here.span_id))
            lane.keep(line)
            line += b"\n"
            if scope.may_hold and lane.trace.held is not None:
                sink.write(here, line)
                return
            try:
                journal.put(line)
            except ValueError:
                journal.roll(line)
        except Exception as error:  # noqa: BLE001 - an edge: nothing may reach the program
            entry.record_after(error, context, action, more, attributes)

    debug.__doc__ = Debugger.__call__.__doc__
    # Reserved names reach it as attributes, and are sorted out off the fast path.
    return cast("Debugger", debug)


def _make_silent(context: str) -> Debugger:
    def debug(*_more: Any, **_attributes: Any) -> None:
        # Holds the same cell as its loud twin, so that one's code can stand in for the other's.
        _ = context

    return debug


debug: Debugger = get_debugger()
"""The debugger of the context `global/default`."""
