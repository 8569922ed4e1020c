"""A small store for the tests of the commands: one failed trace, one that went well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

import builders
from backtrail.model.kinds import ErrorRaised, ExceptionInfo, Frame, OpenSpan, SourceLine

MS = 1_000_000
FAILED = builders.trace_id(1)
WELL = builders.trace_id(2)
ERROR = "0190b6a2000070009000000000000e01"
HANDLED = "0190b6a3000070009000000000000e02"
SPAN, CHILD = "00f067aa0ba902b7", "00f067aa0ba902b8"
SHOP = "/app/shop.py"


def frame(function: str, line: int, code: str, **more: Any) -> Frame:
    """Build a frame of the sample program."""
    given: dict[str, Any] = {
        "file": SHOP,
        "line": line,
        "function": function,
        "qualified": function,
        "code": code,
        "is_app": True,
        **more,
    }
    return Frame(**given)


FRAMES = [
    Frame(
        file="/usr/lib/python3.11/json/decoder.py",
        line=355,
        function="decode",
        qualified="JSONDecoder.decode",
    ),
    frame(
        "price_of",
        12,
        "return prices[order.sku] * order.count",
        expression="prices[order.sku]",
        source=[
            SourceLine(line=11, text="def price_of(order, prices):"),
            SourceLine(line=12, text="    return prices[order.sku] * order.count"),
        ],
        locals={
            "order": {"$type": "shop.Order", "sku": "kettle", "count": 2},
            "prices": {"toaster": 30},
            "currency": "EUR",
        },
    ),
    frame("checkout", 30, "total += price_of(order, prices)", locals={"total": 0}),
    Frame(
        file="/opt/lib/python3.11/site-packages/click/core.py",
        line=1,
        function="invoke",
        qualified="Context.invoke",
    ),
    frame("<module>", 40, "checkout()", locals={"__name__": "__main__"}),
]


def error(error_id: str = ERROR, **more: Any) -> dict[str, Any]:
    """Build the body of the error that ends the failed trace."""
    given: dict[str, Any] = {
        "error_id": error_id,
        "type": "KeyError",
        "message": "'kettle'",
        "mechanism": "uncaught",
        "is_handled": False,
        "fingerprint": "KeyError@shop.py:price_of",
        "frames": FRAMES,
        "chain": [
            ExceptionInfo(
                type="KeyError", qualified_type="KeyError", message="'kettle'", notes=["order 17"]
            ),
            ExceptionInfo(
                type="TimeoutError",
                qualified_type="TimeoutError",
                message="prices took 2 s",
                relation="cause",
                parent=0,
                frames=[frame("load", 5, "raise TimeoutError(...)", locals={"url": "/prices"})],
            ),
        ],
        "trace_history": [
            {
                "t": 20 * MS,
                "trace": FAILED,
                "kind": "log.emitted",
                "level": "warning",
                "logger": "shop",
                "message": "2 left of kettle",
            }
        ],
        "open_spans": [OpenSpan(span_id=SPAN, name="checkout", started_monotonic_ns=10 * MS)],
        **more,
    }
    body: dict[str, Any] = msgspec.to_builtins(ErrorRaised(**given))
    return body


def failed_lines() -> list[bytes]:
    """Write the trace that fails."""
    line = builders.line
    return [
        builders.process_started(FAILED, argv=["python", "shop.py"], session="till"),
        line("span.started", FAILED, t=10 * MS, span=SPAN, name="checkout", attributes={"user": 7}),
        line("span.started", FAILED, t=12 * MS, span=CHILD, name="load prices", parent=SPAN),
        line("span.ended", FAILED, t=15 * MS, span=CHILD),
        line(
            "log.emitted",
            FAILED,
            t=20 * MS,
            level="warning",
            logger="shop",
            message="2 left of kettle",
        ),
        line(
            "error.raised",
            FAILED,
            t=25 * MS,
            **error(
                HANDLED,
                is_handled=True,
                mechanism="log",
                type="ValueError",
                message="odd sku",
                chain=[],
            ),
        ),
        line("error.raised", FAILED, t=30 * MS, span=SPAN, **error()),
        line(
            "span.ended", FAILED, t=31 * MS, span=SPAN, status="error", error="KeyError: 'kettle'"
        ),
        line("process.ended", FAILED, t=40 * MS, counters={"value not captured": 2}),
    ]


def well_lines() -> list[bytes]:
    """Write the trace that goes well."""
    return [
        builders.process_started(WELL, t=5_000 * MS, argv=["python", "import.py"]),
        builders.line(
            "debug.recorded",
            WELL,
            t=5_001 * MS,
            context="importer",
            action="read_rows",
            attributes={"rows": 3},
        ),
        builders.line("process.ended", WELL, t=5_002 * MS),
    ]


def write_store(project: Path) -> Path:
    """Write both traces into a project, and return its `.backtrail`."""
    home = project / ".backtrail"
    home.mkdir(mode=0o700, parents=True)
    builders.write_segment(home, builders.process_id(1), failed_lines())
    builders.write_segment(home, builders.process_id(2), well_lines())
    (home / "journal").chmod(0o700)
    return home
