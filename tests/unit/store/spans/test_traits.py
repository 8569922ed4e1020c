from __future__ import annotations

from pathlib import Path

from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.query.fields import read_query
from builders import line, process_id, trace_id, write_segment

MS = 1_000_000


def found(catalog: Catalog, text: str) -> list[int]:
    query = read_query(text, now_unix_ns=0)
    traces = reading.find(catalog, TraceFilter(query=query)).traces
    return [n for n in range(4) for trace in traces if trace.trace_id == trace_id(n)]


def span(n: int, number: int, t: int, took: int | None) -> list[bytes]:
    own = {"span": f"{number:016x}"}
    lines = [line("span.started", trace_id(n), t=t * MS, name="s", **own)]
    if took is not None:
        lines.append(line("span.ended", trace_id(n), t=(t + took) * MS, **own))
    return lines


def test_traces_are_found_by_their_longest_and_shortest_span(home: Path) -> None:
    write_segment(home, process_id(1), span(1, 1, 1, 10) + span(1, 2, 2, 500) + span(1, 9, 3, None))
    write_segment(home, process_id(2), span(2, 3, 1, 40) + span(2, 4, 2, None))
    write_segment(home, process_id(3), span(3, 5, 1, None))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert found(catalog, "span.duration:>30ms") == [1, 2]
        assert found(catalog, "span.duration:>=500ms") == [1]
        assert found(catalog, "span.duration:>500ms") == []
        assert found(catalog, "span.duration:<40ms") == [1]
        assert found(catalog, "span.duration:<=40ms") == [1, 2]
        assert found(catalog, "not span.duration:>30ms") == [3]
        late = line("span.ended", trace_id(2), t=900 * MS, span=f"{4:016x}")
        write_segment(home, process_id(2), [late], segment=2, seq=99)
        refresh(catalog)
        assert found(catalog, "span.duration:>500ms") == [2]
        assert found(catalog, "span.duration:<41ms") == [1, 2]
