"""Measures what only whole processes show: start-up, indexing, commands on a large store."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

EVENTS = 1_000_000
TRACE_EVENTS = 1_000
ROUNDS = 15
COMMAND = str(Path(sys.executable).with_name("backtrail"))

KEEPS_BYTECODE = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
"""What is measured is a start like any but the first, whose bytecode all installers leave."""

FIRST_USES = {
    "bare": "pass",
    "ours": "import backtrail; backtrail.debug('start_program', step=1)",
    "sentry": (
        "import sentry_sdk; sentry_sdk.init('http://public@127.0.0.1/1',"
        " auto_enabling_integrations=False);"
        "sentry_sdk.add_breadcrumb(category='start_program', data={'step': 1})"
    ),
    "otel": (
        "from opentelemetry.sdk.trace import TracerProvider\n"
        "with TracerProvider().get_tracer('x').start_as_current_span('start_program') as span:"
        " span.add_event('start_program', {'step': 1})"
    ),
    "structured": "import structlog; structlog.get_logger().info('start_program', step=1)",
    "guru": "from loguru import logger; logger.info('start_program', step=1)",
    "fire": (
        "import logfire; logfire.configure(send_to_logfire=False, console=False);"
        "logfire.info('start_program', step=1)"
    ),
}

FILL = """
import sys
from backtrail import debug, start, start_operation_trace
start(directory=sys.argv[1], hooks=False)
traces, events = int(sys.argv[2]), int(sys.argv[3])
for number in range(traces):
    with start_operation_trace(f"import batch {number}"):
        for i in range(events - 2):
            debug("charge_card", user=i, order=f"order-{i:06d}", amount=i / 8, is_new=i % 2 == 0)
"""
"""Fills a store; the beginning and the end of a trace are events too."""

LONG_TRACE = """
import sys
import backtrail
from backtrail import debug, start
from backtrail.model import changes, effects
from backtrail.record import sink
start(directory=sys.argv[1], hooks=False)

def effect(i):
    body = {"order": f"A-{i}", "customer": f"cust-{i % 977}"}
    answer = {"id": i, "items": [{"sku": f"S-{i + n}", "n": n} for n in range(5)]}
    return effects.HttpCalled(
        method="POST", url=f"/orders/{i}", client="httpx", status=503 if i % 100 == 0 else 200,
        request_body=body, response_body=answer, took_ms=4.0,
    )

def price(customer):
    return {"customer-1": 5}[customer]

for i in range(int(sys.argv[2])):
    if i % 10 == 0:
        sink.record_event("http.called", effect(i))
    elif i % 10 == 1:
        text = f"UPDATE orders SET state = 'x{i % 7}' WHERE id = {i}"
        sink.record_event("sql.executed", effects.SqlExecuted(system="sqlite", statement=text))
    elif i % 10 == 2:
        body = changes.ExceptionHandled(
            type="ValueError", qualified_type="ValueError", message=f"bad {i}", how="except"
        )
        sink.record_event("exception.handled", body)
    else:
        debug("charge_card", user=i, order=f"order-{i:06d}")
try:
    price("cust-500")
except KeyError as error:
    backtrail.capture_exception(error)
"""
"""Records one trace of many effects that ends with an error."""


WHY = """
from backtrail.cli.invocation import Invocation
from backtrail.cli.main import run
run(["why", "latest"], Invocation())
"""
LONG_TRACES = (("why_10k", 10_000), ("why_1m", 1_000_000))
WHY_ROUNDS = 3
PEAK = "\nprint(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
"""Prints the peak memory of a process in KiB; what `wait4` tells includes that of its parent."""


class Spent(NamedTuple):
    """What a process took."""

    wall_s: float
    cpu_s: float
    output: str


def spent(command: list[str], folder: Path) -> Spent:
    """Run a command to its end."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**KEEPS_BYTECODE, "BACKTRAIL_DIR": str(folder / ".backtrail")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"error: {' '.join(command)[:200]} ended with {process.returncode}")
    return Spent(wall_s, usage.ru_utime + usage.ru_stime, output)


def first_uses() -> dict[str, dict[str, float]]:
    """Return what import and first use cost over a bare Python, by recorder."""
    runs: dict[str, list[Spent]] = {name: [] for name in FIRST_USES}
    with tempfile.TemporaryDirectory() as folder:
        for code in FIRST_USES.values():
            spent([sys.executable, "-c", code + PEAK], Path(folder))
        for _ in range(ROUNDS):
            for name, code in FIRST_USES.items():
                runs[name].append(spent([sys.executable, "-c", code + PEAK], Path(folder)))
    cpu_s = {name: statistics.median(run.cpu_s for run in found) for name, found in runs.items()}
    mib = {
        name: statistics.median(int(run.output.split()[-1]) / 1024 for run in found)
        for name, found in runs.items()
    }
    return {
        name: {
            "import_ms": (cpu_s[name] - cpu_s["bare"]) * 1_000,
            "import_mib": mib[name] - mib["bare"],
        }
        for name in FIRST_USES
        if name != "bare"
    }


def fill(folder: Path, *, events: int = EVENTS) -> None:
    """Record so many events, in traces of a thousand."""
    home, traces = str(folder / ".backtrail"), str(events // TRACE_EVENTS)
    spent([sys.executable, "-c", FILL, home, traces, str(TRACE_EVENTS)], folder)


def large_store(events: int = EVENTS, rounds: int = ROUNDS) -> Iterator[tuple[str, float]]:
    """Measure indexing, size and commands with that many events in the store."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, events=events)
        yield "indexing", events / spent([COMMAND, "index"], folder).cpu_s
        files = [path for path in (folder / ".backtrail").rglob("*") if path.is_file()]
        yield "bytes_per_event", sum(path.stat().st_blocks * 512 for path in files) / events
        for row, arguments in (("help_s", ["--help"]), ("show_s", ["show", "latest"])):
            runs = [spent([COMMAND, *arguments], folder) for _ in range(rounds)]
            yield row, statistics.median(run.wall_s for run in runs)


def long_traces(sizes: tuple[tuple[str, int], ...] = LONG_TRACES) -> Iterator[tuple[str, float]]:
    """Measure `why` on traces of so many events: the whole command, and its peak memory."""
    for row, events in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            spent(
                [sys.executable, "-c", LONG_TRACE, str(folder / ".backtrail"), str(events)], folder
            )
            spent([COMMAND, "index"], folder)
            asked = [sys.executable, "-c", WHY + PEAK]
            runs = [spent(asked, folder) for _ in range(WHY_ROUNDS)]
            if "1. http response" not in runs[0].output:
                sys.exit(f"error: `why` found no cause among {events:,} events")
            yield f"{row}_s", statistics.median(run.wall_s for run in runs)
            yield f"{row}_mib", max(int(run.output.split()[-1]) / 1024 for run in runs)
