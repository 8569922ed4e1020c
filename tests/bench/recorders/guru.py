"""loguru: serialized records to a file."""

from __future__ import annotations

from pathlib import Path

import failing
from loguru import logger
from measure import Operation, Row


def operations(folder: Path) -> list[Operation]:
    """Return what it can do of the table."""
    logger.remove()
    logger.add(folder / "loguru.jsonl", serialize=True, level="INFO", diagnose=True, backtrace=True)

    def event(rows: list[Row]) -> None:
        for i, order, amount, is_new in rows:
            logger.info("charge_card", user=i, order=order, amount=amount, is_new=is_new)

    def disabled(rows: list[Row]) -> None:
        for i, order, amount, is_new in rows:
            logger.debug("charge_card", user=i, order=order, amount=amount, is_new=is_new)

    def record(error: Exception) -> None:
        logger.opt(exception=error).error("error_occurred")

    small, big = failing.loop(failing.small, record), failing.loop(failing.big, record)
    return [
        Operation("event", "info() serialized to a file, flushed", event),
        Operation("disabled", "debug() below the sink's level", disabled),
        Operation(
            "error_small", "diagnose=True: values of the names on the traced lines only", small
        ),
        Operation("error_big", "the same", big),
    ]
