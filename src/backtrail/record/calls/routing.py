"""Where an exchange that has ended goes: a call of a model, or any other HTTP call."""

from __future__ import annotations

from backtrail.record.calls import exchange as exchanges
from backtrail.record.calls.exchange import Exchange
from backtrail.record.calls.llm.recognising import recognised
from backtrail.record.calls.llm.told import tell_call
from backtrail.record.calls.telling import tell_http


class _Wanted:
    """What is to be told of."""

    http = True
    models = True


def start(wanted: tuple[str, ...]) -> None:
    """Tell of exchanges from here on, of those that these words name."""
    _Wanted.http, _Wanted.models = "http" in wanted, "llm" in wanted
    if _tell not in exchanges.on_end:
        exchanges.on_end.append(_tell)


def stop() -> None:
    """Tell of what is open, then of nothing more."""
    exchanges.end_open()
    if _tell in exchanges.on_end:
        exchanges.on_end.remove(_tell)


def _tell(exchange: Exchange) -> None:
    if _Wanted.models:
        found = recognised(exchange)
        if found is not None:
            tell_call(exchange, *found)
            return
    if _Wanted.http:
        tell_http(exchange)
