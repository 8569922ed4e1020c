"""Recording never changes the program: what breaks in here is counted, not raised.

Every edge between the program and the recorder catches what its inside raises and hands it to
`broke`. In this project's own tests `is_strict` is set, and the fault is raised after all.
"""

from __future__ import annotations

import os

lost: dict[str, int] = {}
"""What was lost, cut or broke while recording, by reason."""

is_strict = os.environ.get("BACKTRAIL_STRICT", "").strip().lower() in {"1", "true", "yes", "on"}
"""Whether faults of the recorder are raised."""

REASONS_MAX = 100
"""Reasons that are told apart; more would mean that a reason holds a value."""


def count(reason: str, number: int = 1) -> None:
    """Count what was lost."""
    if reason in lost or len(lost) < REASONS_MAX:
        lost[reason] = lost.get(reason, 0) + number


def broke(where: str, error: BaseException) -> None:
    """Count a fault of the recorder itself; raise it where the tests asked for that."""
    count(f"broke: {where}: {type(error).__name__}")
    if is_strict:
        raise error
