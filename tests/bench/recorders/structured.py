"""structlog: JSON lines to a file."""

from __future__ import annotations

import logging
from pathlib import Path

import failing
import structlog
from measure import Operation, Row


def operations(folder: Path) -> list[Operation]:
    """Return what it can do of the table."""
    out = (folder / "structlog.jsonl").open("w")
    errors = (folder / "structlog-errors.jsonl").open("w")
    logger = structlog.wrap_logger(
        structlog.WriteLogger(out),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
    ).bind()
    with_locals = structlog.wrap_logger(
        structlog.WriteLogger(errors),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=True)
            ),
            structlog.processors.JSONRenderer(default=repr),
        ],
    ).bind()

    def event(rows: list[Row]) -> None:
        for i, order, amount, is_new in rows:
            logger.info("charge_card", user=i, order=order, amount=amount, is_new=is_new)

    def disabled(rows: list[Row]) -> None:
        for i, order, amount, is_new in rows:
            logger.debug("charge_card", user=i, order=order, amount=amount, is_new=is_new)

    def record(error: Exception) -> None:
        with_locals.error("error_occurred", exc_info=error)

    small, big = failing.loop(failing.small, record), failing.loop(failing.big, record)
    return [
        Operation("event", "info() as JSON to a file, flushed", event),
        Operation("disabled", "debug() below the filtering logger's level", disabled),
        Operation("error_small", "ExceptionDictTransformer(show_locals=True) to a file", small),
        Operation("error_big", "the same", big),
    ]
