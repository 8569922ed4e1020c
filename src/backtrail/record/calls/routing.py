"""Where an exchange that has ended goes: a call of a model, or any other HTTP call."""

from __future__ import annotations

import atexit
import os

from backtrail.record import guard, switch
from backtrail.record.calls import exchange as exchanges
from backtrail.record.calls import rate_limits
from backtrail.record.calls.exchange import Exchange
from backtrail.record.calls.llm.recognising import recognised
from backtrail.record.calls.llm.told import tell_call
from backtrail.record.calls.telling import tell_http
from backtrail.record.occurrence.raised import before_error


class _Wanted:
    """What is to be told of."""

    http = True
    models = True


def start(wanted: tuple[str, ...]) -> None:
    """Tell of exchanges from here on, of those that these words name."""
    _Wanted.http, _Wanted.models = "http" in wanted, "llm" in wanted
    if _tell not in exchanges.on_end:
        exchanges.on_end.append(_tell)
        exchanges.on_begin.append(rate_limits.ask_again)
        before_error.append(_tell_open)


def stop() -> None:
    """Tell of what is open, then of nothing more."""
    if _tell in exchanges.on_end:
        _tell_rest()
        exchanges.on_end.remove(_tell)
        exchanges.on_begin.remove(rate_limits.ask_again)
        before_error.remove(_tell_open)


def _tell(exchange: Exchange) -> None:
    found = recognised(exchange) if _Wanted.models else None
    if found is not None:
        tell_call(exchange, *found)
    elif _Wanted.http:
        tell_http(exchange)
    else:
        return
    rate_limits.look_at(exchange)


def _tell_open(error: BaseException) -> None:
    """Tell of what is open before an error that may come from it."""
    exchanges.end_open_before(error)
    rate_limits.tell_all()


def _tell_rest() -> None:
    """Tell of what is open when nothing will follow."""
    if not switch.is_enabled():
        return
    try:
        exchanges.end_open()
        rate_limits.tell_all()
    except Exception as error:  # noqa: BLE001 - an edge: the program's own end
        guard.broke("call", error)


def _forget() -> None:
    exchanges.forget_open()
    rate_limits.forget_all()


# It runs before the journal is sealed, which was asked for earlier.
atexit.register(_tell_rest)
os.register_at_fork(after_in_child=_forget)
