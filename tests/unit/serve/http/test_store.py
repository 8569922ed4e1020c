from __future__ import annotations

from pathlib import Path
from threading import Thread

import builders
from backtrail.model.clock import Clock
from backtrail.serve.http.store import FRESH_NS, Store
from backtrail.serve.opening import Project
from backtrail.store import reading

TRACE = builders.trace_id(1)


def test_what_comes_later_is_seen_after_a_moment_and_not_looked_for_before(tmp_path: Path) -> None:
    now = [0]
    home = tmp_path / ".backtrail"
    clock = Clock(time_unix_ns=lambda: 0, monotonic_ns=lambda: now[0])
    store = Store(Project(home=home, clock=clock))
    builders.write_segment(home, builders.process_id(1), builders.debugs(TRACE, 2))
    assert seen(store) == 2
    builders.write_segment(home, builders.process_id(2), builders.debugs(TRACE, 3))
    now[0] = FRESH_NS - 1
    assert seen(store) == 2
    now[0] = FRESH_NS
    assert seen(store) == 5


def test_while_another_thread_indexes_no_request_does_the_same(tmp_path: Path) -> None:
    now = iter(range(0, 10**12, FRESH_NS))
    home, busy = tmp_path / ".backtrail", [True]
    clock = Clock(time_unix_ns=lambda: 0, monotonic_ns=lambda: next(now))
    builders.write_segment(home, builders.process_id(1), builders.debugs(TRACE, 2))
    store = Store(Project(home=home, clock=clock), is_indexing=lambda: busy[0])
    assert seen(store) == 2
    builders.write_segment(home, builders.process_id(2), builders.debugs(TRACE, 3))
    assert seen(store) == 2
    busy[0] = False
    assert seen(store) == 5


def test_a_project_without_recordings_is_empty(tmp_path: Path) -> None:
    clock = Clock(time_unix_ns=lambda: 0, monotonic_ns=lambda: 0)
    store = Store(Project(home=tmp_path / ".backtrail", clock=clock))
    with store.opened() as catalog:
        assert reading.traces(catalog) == []


def test_many_may_read_at_once(tmp_path: Path) -> None:
    now = iter(range(0, 10**12, FRESH_NS))
    home = tmp_path / ".backtrail"
    clock = Clock(time_unix_ns=lambda: 0, monotonic_ns=lambda: next(now))
    builders.write_segment(home, builders.process_id(1), builders.debugs(TRACE, 2_000))
    store = Store(Project(home=home, clock=clock))
    counts: list[int] = []
    threads = [Thread(target=lambda: counts.append(seen(store))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [2_000] * 8


def seen(store: Store) -> int:
    with store.opened() as catalog:
        return sum(trace.events for trace in reading.traces(catalog))
