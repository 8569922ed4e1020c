"""A cause is looked for in time that grows with the number of events, not with its square."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from backtrail.model.event import Event
from backtrail.trail.cause.asking import ask
from causes import error, event, frame, place

FEW, MANY = 200, 2_000
"""Rounds of a program, of some ten events each."""
MORE_MOST = 3.0
"""Times that an event among many may cost what one among few does."""
ROUNDS = 3
RAISED = error("KeyError", "'cust-1'", frame("price", "return {}[customer]", customer="cust-1"))


def busy(rounds: int) -> list[Event]:
    """Return the events of a program in which much fails, and is tried again."""
    return [
        event(kind, 10 * n + at, thread=f"worker-{n % 4}", caller=place(f"step_{n % 50}"), **body)
        for n in range(rounds)
        for at, (kind, body) in enumerate(once(n))
    ]


def once(n: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what the program does once: every kind of event that a rule looks at."""
    customer = f"cust-{n % 3}"
    sent = {"url": f"http://shop/orders/{n % 400}", "request_body": {"customer": customer}}
    yield "http.called", {**sent, "method": "POST", "status": 503 if n % 3 else 200}
    yield "llm.called", {"messages": [customer], "text": f"{customer} is {n}", "status": 200}
    yield "exception.handled", {"type": "ValueError", "message": f"bad {customer} of {n}"}
    yield "sql.executed", {"statement": f"UPDATE orders SET customer = '{customer}', n = {n}"}
    yield "file.opened", {"path": f"/app/{n}.json", "content": f'{{"customer": "{customer}"}}'}
    yield "file.changed", {"path": f"/app/{n}.json", "how": "renamed", "target": f"/app/{customer}"}
    yield "state.changed", {"name": f"total-{n % 40}", "before": n, "after": n + 1}
    yield "environment.read", {"name": f"CUSTOMER_{n % 60}", "value": customer}
    yield "subprocess.ended", {"command": ["bill", customer], "exit_code": n % 2, "stdout": "5"}
    yield "clock.read", {"value": n, "function": "time"}


def cpu_s(events: list[Event]) -> float:
    """Return the least CPU time of some askings."""
    spent = []
    for _ in range(ROUNDS):
        before = time.thread_time()
        assert ask([*events, RAISED], RAISED).candidates
        spent.append(time.thread_time() - before)
    return min(spent)


def test_an_event_among_many_costs_what_one_among_few_does() -> None:
    few, many = busy(FEW), busy(MANY)
    assert cpu_s(many) / len(many) < MORE_MOST * cpu_s(few) / len(few)
