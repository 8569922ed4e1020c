"""Candidates for a cause, as pages and answers about a failure show them."""

from __future__ import annotations

from typing import Any

from backtrail.model.event import Place
from backtrail.trail.cause.answer import Candidate, EventShown, Step, Why
from builders import START_UNIX_NS, process_id
from sample_store import ERROR, FAILED, MS

LOG_EVENT = f"{process_id(1)}:4"
"""The log line of the sample's failed trace."""


def candidate(event_id: str = LOG_EVENT, **more: Any) -> Candidate:
    """Build a candidate: the log line that names what is missing."""
    given: dict[str, Any] = {
        "kind": "error",
        "event": EventShown(
            id=event_id,
            kind="log.emitted",
            text="WARNING shop: 2 left of kettle",
            time_unix_ns=START_UNIX_NS + 20 * MS,
        ),
        "where": "shop.py:load_prices",
        "place": Place(file="/app/shop.py", line=7, function="load_prices", code="log(stock)"),
        "score": 0.9,
        "summary": "the stock names kettle, the prices do not",
        "evidence": ["it holds 'kettle'", "it came 10 ms before"],
        "against": ["it is only a warning"],
        "chain": [
            Step(event_id=event_id, where="shop.py:load_prices", text="2 left of kettle"),
            Step(event_id=None, where="shop.py:price_of", text="KeyError: 'kettle'"),
        ],
        "rules": ["sample"],
    }
    return Candidate(**{**given, **more})


def why(*candidates: Candidate, **more: Any) -> Why:
    """Build an answer to why the sample's trace failed."""
    given: dict[str, Any] = {
        "trace_id": FAILED,
        "error_id": ERROR,
        "error": "KeyError: 'kettle'",
        "where": "shop.py:price_of",
        "suspects": ["'kettle' (order)"],
        "candidates": list(candidates),
    }
    return Why(**{**given, **more})
