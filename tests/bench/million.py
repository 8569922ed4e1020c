"""Fills a store with a million spans of agents, and measures what is asked of it.

    python tests/bench/million.py [--spans 1000000] [--home DIR] [--keep]

The load goes the way of what programs send: decoded, cleaned, written to the server's journal,
indexed by its thread; only HTTP is left out. Questions are asked in a process of its own; the
median of twenty is printed, each beside what issue 4 asks for.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from agents import SPANS_A_TRACE, Agents

from backtrail.model.clock import NS_PER_S
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.otlp.events import Lines
from backtrail.serve.otlp.request.protobuf import read_traces
from backtrail.serve.routes.outlines import Outlines
from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.overview.stats import span_latency
from backtrail.store.query.fields import read_query
from backtrail.store.text.index import PART_BLOCKS, TextIndex

TRACES_A_BODY = 25
SENDERS = 2
BODIES_AHEAD = 4
PARTS_AT_ONCE = 100
BEGAN_NS = 1_760_000_000 * NS_PER_S
TIMES = 20
PATIENCE_MS = 5_000
MIB = 1 << 20
QUERIES = (
    ("newest 50 traces", "", 10),
    ("errors", "errors:>0", 10),
    ("a model, frequent", "model:gpt-4o-mini", 10),
    ("a model, rare", "model:mistral-large", 10),
    ("a name of a span", "span:tool.search", 10),
    ("duration", "duration:>500ms", 10),
    ("duration of a span", "span.duration:>900ms", 10),
    ("attribute, rare", "user.id:u-846", 50),
    ("attribute, frequent", "llm.provider:openai", 50),
    ("attribute, nowhere", "customer.tier:gold", 50),
    ("text, in one trace", 'text:"{needle}"', 100),
    ("text, a part of a word", 'text:"{part}"', 100),
    ("text, nowhere", "text:xylophonistically", 100),
    ("text, frequent", "text:author", 100),
)


def main() -> None:
    """Fill a store, ask it, and print a table."""
    options = _options()
    home = options.home or Path(tempfile.mkdtemp()) / ".backtrail"
    context = multiprocessing.get_context("spawn")
    if not home.exists():
        filled = context.Process(target=fill, args=(home, options.spans))
        filled.start()
        filled.join()
    asked = context.Process(target=ask, args=(home, options.spans))
    asked.start()
    asked.join()
    if not options.keep:
        shutil.rmtree(home.parent if options.home is None else home)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--spans", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, help="a store that is there is only asked")
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def send(pipe: Connection, sender: int, bodies: int) -> None:
    """Make bodies and hand them over."""
    agents = Agents(seed=sender + 1)
    for number in range(sender, bodies, SENDERS):
        first = BEGAN_NS + number * TRACES_A_BODY * NS_PER_S
        request = agents.request(TRACES_A_BODY, first_unix_ns=first)
        if number == bodies // 2:
            request.resource_spans[0].scope_spans[0].spans[3].attributes[
                1
            ].value.string_value += " zanzibarian "
        pipe.send_bytes(request.SerializeToString())
    pipe.send_bytes(b"")


def _received(bodies: int) -> Iterator[bytes]:
    context = multiprocessing.get_context("spawn")
    pipes = []
    for sender in range(SENDERS):
        here, there = context.Pipe(duplex=False)
        context.Process(target=send, args=(there, sender, bodies), daemon=True).start()
        pipes.append(here)
    while pipes:
        for pipe in list(pipes):
            body = pipe.recv_bytes()
            if body:
                yield body
            else:
                pipes.remove(pipe)


def fill(home: Path, spans: int) -> None:
    """Take all bodies in, and print at which rate they can be found, and the memory it took."""
    home.parent.mkdir(parents=True, exist_ok=True)
    ingest = Ingest(home)
    ingest.start()
    bodies = spans // SPANS_A_TRACE // TRACES_A_BODY
    began, used = time.perf_counter(), time.process_time()
    waiting = []
    for body in _received(bodies):
        while ingest.indexing is not None and ingest.indexing.is_behind():
            time.sleep(0.01)
        waiting.append(ingest.submit(Lines(time.time_ns()).units(read_traces(body))))
        if len(waiting) > BODIES_AHEAD:
            waiting.pop(0).result()
    for future in waiting:
        future.result()
    with Catalog.open(home) as catalog:
        while catalog.rows("trace_count")[0][0] < bodies * TRACES_A_BODY:
            time.sleep(0.05)
    took, used = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    show("visible spans a second", spans / took, "", 6_700)
    show("spans a CPU second, decoded and indexed", spans / used, "", None)
    ingest.close()
    show("peak memory", peak, "MiB", 400)


def ask(home: Path, spans: int) -> None:
    """Print the sizes, and how long each question takes."""
    with Catalog.open(home) as catalog, closing(TextIndex(catalog)) as text:
        parts, cpu = 0, time.process_time()
        while done := text.fill(PARTS_AT_ONCE):
            parts += done
        if parts:
            cpu = (time.process_time() - cpu) / (parts * PART_BLOCKS * SPANS_A_TRACE)
            show("text index, CPU of a span", cpu * 1e6, "us", None)
    folders = {path.name: _bytes(path) for path in home.iterdir()}
    for name in sorted(folders, key=lambda name: -folders[name])[:4]:
        show(f"bytes a span: {name}", folders[name] / spans, "B", None)
    show("bytes a span, all told", sum(folders.values()) / spans, "B", 1_000)
    with Catalog.open(home) as catalog:
        newest = reading.find(catalog, TraceFilter(limit=TIMES * 50)).traces
        ids = iter([trace.trace_id for trace in newest[::50]] * 2)
        timed("one trace", lambda: len(list(reading.events(catalog, next(ids)))), 5)
        for label, text, target in QUERIES:
            written = text.format(needle="zanzibarian", part="anzibaria")
            query = read_query(written, now_unix_ns=time.time_ns())
            wanted = TraceFilter(query=query, limit=50)

            def found(wanted: TraceFilter = wanted) -> int:
                return len(reading.find(catalog, wanted).traces)

            timed(label, found, target)
        until = BEGAN_NS + spans // SPANS_A_TRACE * NS_PER_S
        timed(
            "p95 by name of span, all time",
            lambda: len(span_latency(catalog, since_unix_ns=BEGAN_NS, until_unix_ns=until)),
            30,
        )
        trace = newest[0]
        timed(
            "outline of a trace, first look",
            lambda: Outlines().page(catalog, trace, start=0, limit=50).total,
            None,
        )


def _bytes(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_blocks * 512 for file in files)


def timed(label: str, question: Callable[[], int], target: float | None) -> None:
    """Ask a question some times, and print the median."""
    taken, found = [], 0
    for _ in range(TIMES):
        began = time.perf_counter()
        found = question()
        taken.append((time.perf_counter() - began) * 1_000)
        if sum(taken) > PATIENCE_MS:
            break
    show(f"{label} ({found})", median(taken), "ms", target)


def show(what: str, figure: float, unit: str, target: float | None) -> None:
    """Print one line of the table."""
    goal = "" if target is None else f"{target:,}"
    sys.stdout.write(f"{what:<46} {figure:>10,.1f} {unit:<4} {goal:>8}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
