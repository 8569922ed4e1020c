"""Measures one recorder in a process of its own, so that none disturbs another.

    python tests/bench/worker.py sentry [ROUNDS]

prints its costs as one JSON object.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from pathlib import Path

import failing
from measure import ROUNDS, costs

CLASSES = 6_000
"""Exception classes at hand: rounds times calls of both kinds of errors."""


def main() -> None:
    """Measure the recorder named on the command line."""
    recorder = importlib.import_module(f"recorders.{sys.argv[1]}")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        failing.prepare(CLASSES)
        measured = {
            operation.name: {"what": operation.what, "ratio": cost.ratio, "ns": cost.ns}
            for operation, cost in costs(recorder.operations(Path(folder)), rounds)
        }
    json.dump(measured, sys.stdout)


if __name__ == "__main__":
    main()
