"""A journal with traces of many sorts, and what is to be found in it, read in the plainest way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backtrail.store import reading
from backtrail.store.answers import ErrorFilter, TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.overview.groups import error_groups
from backtrail.store.overview.sessions import sessions
from backtrail.store.overview.stats import stats
from builders import (
    START_UNIX_NS,
    debugs,
    error_body,
    line,
    process_id,
    process_started,
    trace_id,
    write_segment,
)

MS = 1_000_000
COUNT = 24
NAMES = ("Straße 100%", "İstanbul_%", "naïve \\ [a-z]*", "漢字 ǅungla", "a\0b\x01c")
SESSIONS = ("one", "two", "[x]*", None)


def lines_of(n: int) -> list[bytes]:
    """Write one of many different traces."""
    trace, t = trace_id(n), n // 2 * MS
    argv = ["python", f"App{n} {NAMES[n % len(NAMES)]}", *(["it's"] if n % 5 else [])]
    found = [
        process_started(trace, t=t, argv=argv, session=SESSIONS[n % 4]),
        *debugs(trace, n % 5, t=t + n * 500_000),
        line("span.started", trace, t=t + 5, span=f"{n:016x}", name="load", attributes={"n": n}),
    ]
    if n % 3 == 0:
        body = error_body(
            f"e{n:031d}",
            type=("KeyError", "TimeoutError", "GRÖẞE")[n % 9 // 3],
            message=f"order {n} {NAMES[n % len(NAMES)]}",
            fingerprint=f"KeyError@shop.py:{'[*?]' if n % 2 else 'charge'}",
            is_handled=n % 2 == 0,
        )
        found.append(line("error.raised", trace, t=t + 6, **body))
        repeated = {"fingerprint": body["fingerprint"], "count": n + 1}
        found.append(line("error.repeated", trace, t=t + 7, **repeated))
    if n % 4 == 0:
        found.append(line("run.started", trace, t=t + 1, run_id=f"run-{n}", command=argv))
        found.append(line("run.ended", trace, t=t + 8, run_id=f"run-{n}", exit_code=n % 8))
    elif n % 4 == 1:
        counters = {"counters": {"value cut": n, "journal full": 1}}
        found.append(line("process.ended", trace, t=t + 8, **counters))
    if n % 7 == 0:
        found.append(line("log.emitted", trace, t=t + 9, message=f"the Kettle {n} is hot"))
        found.append(line("journal.dropped", trace, t=t + 9, reason="journal full", count=3))
    return found


def write_mixed(home: Path) -> None:
    """Write the journal; of some traces the process of another one tells too."""
    for n in range(COUNT):
        others = debugs(trace_id(100 + n), 2, t=n * MS + 9) if n % 6 == 0 else []
        write_segment(home, process_id(n), [*lines_of(n), *others])
    write_segment(home, process_id(COUNT), debugs(trace_id(200), 1, t=COUNT * MS))


def everything(catalog: Catalog) -> dict[str, Any]:
    """Return all that the store says, to be compared."""
    traces = reading.traces(catalog, TraceFilter(limit=1_000))
    until = START_UNIX_NS + 1_000 * MS
    groups = error_groups(catalog, now_unix_ns=until)
    errors = reading.find_errors(catalog, ErrorFilter(limit=1_000)).errors
    return {
        "traces": [msg(trace, "stored_bytes") for trace in traces],
        "events": {t.trace_id: list(reading.events(catalog, t.trace_id)) for t in traces},
        "last": {t.trace_id: reading.last_events(catalog, t.trace_id, 2) for t in traces},
        "errors": errors,
        "errors in full": [reading.error(catalog, error.error_id) for error in errors],
        "groups": groups,
        "sessions": sessions(catalog),
        "stats": stats(catalog, since_unix_ns=START_UNIX_NS, until_unix_ns=until, buckets=7),
        "counters": reading.counters(catalog),
        "segments": [tuple(row) for row in catalog.rows("all_segments")],
    }


def msg(struct: Any, *without: str) -> dict[str, Any]:
    """Return the members of a struct but some."""
    names = struct.__struct_fields__
    return {name: getattr(struct, name) for name in names if name not in without}
