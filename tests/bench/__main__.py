"""Prints what recording costs, ours beside other recorders'; fails when a target is missed.

python tests/bench
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import calls
import locks
import opens
import whole

HERE = Path(__file__).parent
TARGETS = tomllib.loads((HERE / "targets.toml").read_text())["operation"]
RECORDERS = {
    "ours": "backtrail",
    "sentry": "sentry-sdk",
    "otel": "otel-sdk",
    "structured": "structlog",
    "guru": "loguru",
    "fire": "logfire",
}
ABSENT = "-"


def main() -> None:
    """Measure everything, print the table, and exit with 1 if a target is missed."""
    figures = {recorder: measure(recorder) for recorder in RECORDERS}
    say("import and first use, six recorders")
    for recorder, found in whole.first_uses().items():
        figures[recorder].update({name: {"ratio": value} for name, value in found.items()})
    say("a watched lock")
    with tempfile.TemporaryDirectory() as folder:
        figures["ours"]["lock"] = {"ratio": locks.ratio(Path(folder))}
    say("HTTP calls")
    for client in calls.CLIENTS:
        figures["ours"][f"{client}_us"] = {"ratio": calls.added(client)[1]}
    say("a program that opens 10,000 files")
    with tempfile.TemporaryDirectory() as folder:
        figures["ours"]["opens"] = {"ratio": opens.added_percent(Path(folder))}
    say(f"a store of {whole.EVENTS:,} events")
    for name, value in whole.large_store():
        figures["ours"][name] = {"ratio": value}
    say("`why` on long traces")
    for name, value in whole.long_traces():
        figures["ours"][name] = {"ratio": value}
    print_table(figures)
    missed = [name for name in TARGETS if verdict(name, figures["ours"]) == "MISSED"]
    if missed:
        sys.exit(f"error: missed: {', '.join(missed)}")


def measure(recorder: str) -> dict[str, Any]:
    """Measure one recorder in a process of its own."""
    say(RECORDERS[recorder])
    done = subprocess.run(
        [sys.executable, HERE / "worker.py", recorder],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"error: {RECORDERS[recorder]} could not be measured")
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def say(what: str) -> None:
    """Tell somebody who waits what is being measured."""
    if sys.stderr.isatty():
        print(f"measuring {what} ...", file=sys.stderr)


def print_table(figures: dict[str, dict[str, Any]]) -> None:
    """Print a row for each operation, then what each recorder did for it."""
    width = max(len(row["title"]) for row in TARGETS.values())
    peers = [recorder for recorder in RECORDERS if recorder != "ours"]
    print("Ratios (x) are to an inline deque.append of a six-key dict with time.time_ns(): thread")
    print("CPU time, median of interleaved rounds, each recorder in a process of its own.\n")
    head = [f"{'operation':<{width}}", f"{'ours':>9}", f"{'target':>10}", f"{'':>6}"]
    print("  ".join([*head, *(f"{RECORDERS[peer]:>10}" for peer in peers)]))
    for name, row in TARGETS.items():
        cells = [
            f"{row['title']:<{width}}",
            f"{cell(name, figures['ours']):>9}",
            f"{target(name):>10}",
            f"{verdict(name, figures['ours']):>6}",
        ]
        print("  ".join([*cells, *(f"{cell(name, figures[peer]):>10}" for peer in peers)]))
    print(f"\n{ABSENT} it has nothing of the kind. What each did:")
    for recorder, label in RECORDERS.items():
        for name, found in figures[recorder].items():
            if "what" in found:
                print(f"  {label:<10}  {name:<12}  {found['ns'] / 1000:>10.2f} us  {found['what']}")


def cell(name: str, figures: dict[str, Any]) -> str:
    """Write a figure with its unit."""
    if name not in figures:
        return ABSENT
    return quantity(figures[name]["ratio"], TARGETS[name]["unit"])


def quantity(value: float, unit: str) -> str:
    """Write a number with three digits that count."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def target(name: str) -> str:
    """Write what must hold."""
    row = TARGETS[name]
    if "least" in row:
        return f">= {row['least']:,.0f}"
    return f"<= {row['most']:g} {row['unit']}" if "most" in row else ""


def verdict(name: str, figures: dict[str, Any]) -> str:
    """Say whether a target was met; nothing where there is none."""
    row = TARGETS[name]
    if "least" not in row and "most" not in row:
        return ""
    value = figures[name]["ratio"]
    is_met = value >= row["least"] if "least" in row else value <= row["most"]
    return "ok" if is_met else "MISSED"


if __name__ == "__main__":
    main()
