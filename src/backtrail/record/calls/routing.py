"""Where an exchange that has ended goes: a call of a model, or any other HTTP call."""

from __future__ import annotations

import importlib
import os

from backtrail.model.limits import BODY_BYTES_MAX, URLS_MAX
from backtrail.record import guard, switch
from backtrail.record.calls import exchange as exchanges
from backtrail.record.calls import rate_limits
from backtrail.record.calls.addresses import path_of
from backtrail.record.calls.exchange import Exchange
from backtrail.record.calls.telling import tell_http
from backtrail.record.occurrence.raised import before_error

PATHS = (
    "ompletions", "/responses", "/messages", "/embeddings", "Content", "Contents", "/chat",
    "/generate", "/embed", "redict",
)  # fmt: skip
"""How the paths end under which models are asked, to pass over most requests at a glance."""


class _Wanted:
    """What is to be told of."""

    http = True
    models = True


def start(wanted: tuple[str, ...]) -> None:
    """Tell of exchanges from here on, of those that these words name."""
    _Wanted.http, _Wanted.models = "http" in wanted, "llm" in wanted
    if _tell not in exchanges.on_end:
        exchanges.on_end.append(_tell)
        exchanges.on_begin.append(_began)
        before_error.append(_tell_open)


def stop() -> None:
    """Tell of what is open, then of nothing more."""
    if _tell in exchanges.on_end:
        _tell_rest()
        exchanges.on_end.remove(_tell)
        exchanges.on_begin[:] = []
        before_error.remove(_tell_open)


_asking: dict[str, bool] = {}
"""By URL: whether a model may be asked there."""


def _may_ask_a_model(exchange: Exchange) -> bool:
    if exchange.method != "POST":
        return False
    may = _asking.get(exchange.url)
    if may is None:
        if len(_asking) >= URLS_MAX:
            _asking.clear()
        may = _asking[exchange.url] = path_of(exchange.url).rstrip("/").endswith(PATHS)
    return may


def _began(exchange: Exchange) -> None:
    """Keep less of what is said to any other than a model; tell what limited the one before."""
    if rate_limits.waiting:
        rate_limits.ask_again(exchange)
    if not _may_ask_a_model(exchange):
        exchange.answer.limit = BODY_BYTES_MAX
        if exchange.request is not None:
            exchange.request.limit = BODY_BYTES_MAX


def _tell(exchange: Exchange) -> None:
    if _Wanted.models and exchange.answer.limit > BODY_BYTES_MAX:
        # Loaded only here: most programs that send requests ask no model.
        models = importlib.import_module("backtrail.record.calls.llm.recognising")
        if not models.tell_if_model(exchange) and _Wanted.http:
            tell_http(exchange)
    elif _Wanted.http:
        tell_http(exchange)
    else:
        return
    rate_limits.look_at(exchange)


def _tell_open(_error: BaseException) -> None:
    """Tell of what is open before an error that may come from it.

    A program that goes on may still wait and ask again.
    """
    if exchanges.end_open_before_error():
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


switch.at_end.append(_tell_rest)
os.register_at_fork(after_in_child=_forget)
