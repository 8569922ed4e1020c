"""Builds journals for tests, byte by byte as a recorder writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

START_UNIX_NS = 1_760_000_000_000_000_000
"""The wall clock when the monotonic clock of a built process reads 0."""


def process_id(number: int) -> str:
    """Return the id of a built process: a UUIDv7 that ends with its number."""
    return f"0190b6a2000070008000{number:012x}"


def trace_id(number: int) -> str:
    """Return the id of a built trace: a UUIDv7 that ends with its number."""
    return f"0190b6a2000070009000{number:012x}"


def header(process: str, *, segment: int = 1, seq: int = 0, version: int = 1, **more: Any) -> bytes:
    """Write the first line of a segment."""
    members: dict[str, Any] = {
        "kind": "segment.opened",
        "v": version,
        "process": process,
        "segment": segment,
        "seq": seq,
        "time_unix_ns": START_UNIX_NS,
        "monotonic_ns": 0,
        "pid": 4711,
        "writer": "0.1.0",
        **more,
    }
    return encoded(members)


def line(
    kind: str,
    trace: str,
    *,
    t: int,
    span: str | None = None,
    thread: str | None = None,
    **body: Any,
) -> bytes:
    """Write one event line; `t` is the monotonic clock in nanoseconds."""
    members: dict[str, Any] = {"t": t, "trace": trace}
    if span is not None:
        members["span"] = span
    if thread is not None:
        members["thread"] = thread
    return encoded({**members, "kind": kind, **body})


def encoded(members: dict[str, Any]) -> bytes:
    """Write an object as the journal does: compact, UTF-8, one line."""
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def segment_path(home: Path, process: str, segment: int = 1) -> Path:
    """Return where a segment belongs; its folder is made."""
    journal = home / "journal"
    journal.mkdir(parents=True, exist_ok=True)
    return journal / f"{process}.{segment:04d}.jsonl"


def write_segment(
    home: Path,
    process: str,
    lines: list[bytes],
    *,
    segment: int = 1,
    seq: int = 0,
    tail: bytes = b"",
) -> Path:
    """Write a whole segment as a process leaves it that is gone; `tail` comes behind its lines."""
    path = segment_path(home, process, segment)
    path.write_bytes(header(process, segment=segment, seq=seq) + b"".join(lines) + tail)
    return path


def error_body(error_id: str, **more: Any) -> dict[str, Any]:
    """Return the body of an `error.raised` event."""
    return {
        "error_id": error_id,
        "type": "KeyError",
        "message": "'order'",
        "mechanism": "uncaught",
        "is_handled": False,
        "fingerprint": "KeyError@shop.py:charge",
        "frames": [
            {"file": "/lib/json.py", "line": 7, "function": "loads", "qualified": "loads"},
            {
                "file": "/app/shop.py",
                "line": 42,
                "function": "charge",
                "qualified": "Shop.charge",
                "is_app": True,
            },
        ],
        **more,
    }


def process_started(trace: str, *, t: int = 0, argv: list[str] | None = None, **more: Any) -> bytes:
    """Write the event with which a process begins its root trace."""
    body: dict[str, Any] = {
        "pid": 4711,
        "parent_pid": 1,
        "argv": argv or ["app.py"],
        "executable": "python",
        "cwd": "/app",
        "python": "3.11.7",
        "platform": "linux",
        "host": "box",
        "mode": "full",
        **more,
    }
    return line("process.started", trace, t=t, **body)


def debugs(trace: str, count: int, *, t: int = 1_000, step: int = 1_000) -> list[bytes]:
    """Write debug events, `step` nanoseconds apart."""
    return [
        line(
            "debug.recorded",
            trace,
            t=t + step * number,
            context="shop",
            action="charge_card",
            attributes={"number": number},
        )
        for number in range(count)
    ]
