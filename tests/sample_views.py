"""A store for the tests of the views: a program with threads, locks, calls and state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import builders
from builders import line

MS = 1_000_000
SHOP = builders.trace_id(7)
PROCESS = builders.process_id(7)
ORDER, PRICE, ADVICE = "00f067aa0ba90301", "00f067aa0ba90302", "00f067aa0ba90303"
CALLER = {"file": "/app/shop.py", "line": 12, "function": "price_of", "code": "ask(sku)"}
PACK, LABEL = "worker-pack:31", "worker-label:32"


def lock(kind: str, t_ms: float, name: str, owner: str, **more: Any) -> bytes:
    """Write an event of a lock, by the thread that is its owner."""
    body = {
        "lock": name,
        "lock_id": name[-1],
        "lock_type": "Lock",
        "owner": owner.partition(":")[0],
    }
    return line(f"lock.{kind}", SHOP, t=int(t_ms * MS), thread=owner, **body, **more)


def llm(t_ms: float, **more: Any) -> bytes:
    """Write a call to a model."""
    body: dict[str, Any] = {
        "attributes": {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "small-1",
            "gen_ai.response.model": "small-1-2026",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": 120,
            "gen_ai.usage.output_tokens": 30,
        },
        "url": "http://127.0.0.1:8080/v1/chat/completions",
        "client": "httpx",
        "status": 200,
        "messages": [
            {"role": "system", "content": "You are a clerk."},
            {"role": "user", "content": [{"type": "text", "text": "What does a kettle cost?"}]},
        ],
        "parameters": {"temperature": 0},
        "text": "A kettle costs 30 euros.",
        "cost_usd": 0.0012,
        "price_date": "2026-11-01",
        "took_ms": 80.0,
        "caller": CALLER,
        **more,
    }
    return line("llm.called", SHOP, t=int(t_ms * MS), span=ADVICE, **body)


def shop_lines() -> list[bytes]:
    """Write the trace: an order that is priced, advised on, packed and labelled."""
    tool_call = {"id": "call_1", "name": "look_up", "arguments": {"sku": "kettle"}}
    return [
        builders.process_started(SHOP, argv=["python", "shop.py"], session="till"),
        line("span.started", SHOP, t=5 * MS, span=ORDER, name="order", attributes={"number": 17}),
        line("span.started", SHOP, t=10 * MS, span=PRICE, name="price", parent=ORDER),
        line(
            "http.called", SHOP, t=40 * MS, span=PRICE, method="GET",
            url="http://127.0.0.1:8080/prices?sku=kettle", client="requests", status=200,
            response_body={"kettle": 30}, took_ms=25.0, caller=CALLER,
        ),
        line(
            "state.changed", SHOP, t=45 * MS, name="Cart.items", how="tracked",
            before={"kettle": 1}, after={"kettle": 2, "toaster": 1},
            patch=[
                {"op": "replace", "path": "/kettle", "value": 2},
                {"op": "add", "path": "/toaster", "value": 1},
            ],
            caller=CALLER,
        ),
        line("span.ended", SHOP, t=50 * MS, span=PRICE),
        line("span.started", SHOP, t=52 * MS, span=ADVICE, name="advice", parent=ORDER),
        llm(
            135, text=None, tool_calls=[tool_call],
            attributes={
                "gen_ai.request.model": "small-1",
                "gen_ai.response.finish_reasons": ["tool_calls"],
                "gen_ai.usage.input_tokens": 100,
                "gen_ai.usage.output_tokens": 10,
            },
        ),
        llm(220),
        llm(
            300, text=None, status=503, error="ServerError: overloaded", cost_usd=None,
            attributes={"gen_ai.request.model": "small-1"}, attempt=2, took_ms=60.0,
        ),
        line("span.ended", SHOP, t=310 * MS, span=ADVICE),
        line(
            "exception.handled", SHOP, t=312 * MS, type="KeyError", qualified_type="KeyError",
            message="'discount'", how="except", raised=CALLER,
            handler={**CALLER, "line": 30, "function": "checkout"},
        ),
        line(
            "sql.executed", SHOP, t=320 * MS, span=ORDER, system="sqlite",
            statement="SELECT price FROM prices\n WHERE sku = ?", parameters=["kettle"], rows=1,
            took_ms=4.0, caller=CALLER,
        ),
        lock("acquired", 330, "lock A", PACK),
        lock("acquired", 332, "lock B", LABEL),
        lock("requested", 335, "lock B", PACK, holder="worker-label", held=["lock A"]),
        lock("requested", 340, "lock A", LABEL, holder="worker-pack", held=["lock B"]),
        lock("timed_out", 360, "lock A", LABEL, wait_ms=20.0, holder="worker-pack"),
        lock("released", 362, "lock B", LABEL, hold_ms=30.0),
        lock("acquired", 363, "lock B", PACK, wait_ms=28.0, held=["lock A"]),
        line(
            "state.changed", SHOP, t=370 * MS, thread=PACK, name="parcel.weight_kg",
            how="assigned", before=1.5, after=2.5, count=2,
        ),
        lock("released", 380, "lock B", PACK, hold_ms=17.0),
        lock("released", 382, "lock A", PACK, hold_ms=52.0),
        line(
            "operation.measured", SHOP, t=389 * MS, span=ORDER, name="order", took_ms=385.0,
            cpu_ms=21.0, peak_memory_bytes=3_200_000, gc_pauses=2, gc_pause_ms=1.5,
        ),
        line("span.ended", SHOP, t=390 * MS, span=ORDER),
        line("process.ended", SHOP, t=400 * MS),
    ]  # fmt: skip


def write_store(project: Path) -> Path:
    """Write the trace into a project, and return its `.backtrail`."""
    home = project / ".backtrail"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    builders.write_segment(home, PROCESS, shop_lines())
    (home / "journal").chmod(0o700)
    return home


GOOD, BAD = builders.trace_id(21), builders.trace_id(22)


def priced_lines(trace: str, t_ms: int, *, price: int | None, http_ms: float) -> list[bytes]:
    """Write a run that asks for a price, adds it up, and fails without one."""

    def at(after_ms: float) -> int:
        return int((t_ms + after_ms) * MS)

    lines = [
        builders.process_started(trace, t=at(0), argv=["till.py"]),
        line("span.started", trace, t=at(1), span=f"{trace[-4:]}a9", name="price"),
        line(
            "http.called", trace, t=at(2 + http_ms), span=f"{trace[-4:]}a9", method="GET",
            url=f"http://127.0.0.1:{4000 + t_ms}/price?sku=pan", client="httpx", status=200,
            response_body={"sku": "pan", "price": price}, took_ms=http_ms, caller=CALLER,
        ),
        line("span.ended", trace, t=at(3 + http_ms), span=f"{trace[-4:]}a9"),
    ]  # fmt: skip
    if price is None:
        error = builders.error_body(f"{trace[:-3]}e01", type="TypeError", message="no price")
        lines.append(line("error.raised", trace, t=at(4 + http_ms), **error))
    else:
        lines.append(
            line(
                "debug.recorded", trace, t=at(4 + http_ms), context="till", action="add_up",
                attributes={"total": price},
            )
        )  # fmt: skip
    return [*lines, line("process.ended", trace, t=at(5 + http_ms))]


def write_pair(project: Path) -> Path:
    """Write a run that went well and one that failed, and return their `.backtrail`."""
    home = project / ".backtrail"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    good = priced_lines(GOOD, 0, price=30, http_ms=10.0)
    bad = priced_lines(BAD, 1_000, price=None, http_ms=40.0)
    builders.write_segment(home, builders.process_id(21), good)
    builders.write_segment(home, builders.process_id(22), bad)
    (home / "journal").chmod(0o700)
    return home
