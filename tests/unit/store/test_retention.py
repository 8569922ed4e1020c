from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from backtrail.model.clock import NS_PER_S
from backtrail.model.errors import StoreError
from backtrail.store import reading, retention
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.kept import pin, read_kept
from backtrail.store.rebuild import rebuild
from backtrail.store.retention import Plan, Retention
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

Opener = Callable[[], AbstractContextManager[Catalog]]
NOW = START_UNIX_NS + 100 * NS_PER_S


def write_trace(home: Path, number: int, *, events: int = 50) -> Path:
    """Write a trace of a process of its own that is over that many seconds after the start."""
    lines = [
        process_started(trace_id(number), t=number * NS_PER_S),
        *debugs(trace_id(number), events, t=number * NS_PER_S),
        line("process.ended", trace_id(number), t=number * NS_PER_S),
    ]
    return write_segment(home, process_id(number), lines)


def planned(catalog: Catalog, **limits: float) -> Plan:
    return retention.plan(catalog, Retention(**limits), NOW)  # type: ignore[arg-type]


def numbers(plan: Plan) -> list[int]:
    return [int(trace.trace_id[-12:], 16) for trace in plan.traces]


def left(catalog: Catalog) -> set[int]:
    return {int(trace.trace_id[-12:], 16) for trace in reading.traces(catalog)}


def test_without_limits_nothing_leaves(home: Path, indexed: Opener) -> None:
    write_trace(home, 1)
    with indexed() as catalog:
        plan = planned(catalog)
    assert (plan.traces, plan.segments, plan.bytes_freed) == ([], [], 0)
    assert plan.bytes_before > 0


def test_old_traces_leave_oldest_first_and_a_plan_changes_nothing(
    home: Path, indexed: Opener
) -> None:
    for number in (30, 10, 20, 40):
        write_trace(home, number)
    with indexed() as catalog:
        plan = planned(catalog, age_s_max=75)
        assert numbers(plan) == [10, 20]
        assert {trace.reason for trace in plan.traces} == {"age"}
        assert [segment.name[:32] for segment in plan.segments] == [process_id(10), process_id(20)]
        assert all(trace.size_bytes > 0 and trace.name for trace in plan.traces)
        assert left(catalog) == {10, 20, 30, 40}
        done = retention.apply(catalog, plan)
        assert numbers(done) == [10, 20]
        assert left(catalog) == {30, 40}
    assert sorted(path.name[:32] for path in (home / "journal").iterdir()) == [
        process_id(30),
        process_id(40),
    ]


def test_only_so_many_traces_are_kept(home: Path, indexed: Opener) -> None:
    for number in range(6):
        write_trace(home, number)
    with indexed() as catalog:
        plan = planned(catalog, traces_max=4)
        assert numbers(plan) == [0, 1]
        assert {trace.reason for trace in plan.traces} == {"count"}
        retention.apply(catalog, plan)
        assert left(catalog) == {2, 3, 4, 5}
        assert planned(catalog, traces_max=4).traces == []


def test_the_store_shrinks_to_its_size_and_no_further(home: Path, indexed: Opener) -> None:
    for number in range(8):
        write_trace(home, number, events=5_000)
    with indexed() as catalog:
        catalog.give_back()
        before = retention.size_on_disk(catalog)
        limit = before * 2 // 3
        plan = planned(catalog, bytes_max=limit)
        assert {trace.reason for trace in plan.traces} == {"size"}
        assert 1 <= len(plan.traces) <= 4
        done = retention.apply(catalog, plan)
        after = retention.size_on_disk(catalog)
    assert after <= limit
    assert done.bytes_freed == before - after
    assert abs(plan.bytes_freed - done.bytes_freed) < before * 0.1


def test_pins_survive_every_limit(home: Path, indexed: Opener) -> None:
    for number in range(4):
        write_trace(home, number)
    pin(home, trace_id(1))
    with indexed() as catalog:
        for limits in ({"age_s_max": 0.0}, {"traces_max": 0}, {"bytes_max": 0}):
            plan = planned(catalog, **limits)
            assert numbers(plan) == [0, 2, 3]
            assert plan.pinned == 1
        events = list(reading.events(catalog, trace_id(1)))
        retention.apply(catalog, plan)
        assert left(catalog) == {1}
        assert list(reading.events(catalog, trace_id(1))) == events
    assert list((home / "journal").iterdir()) == []
    rebuild(home)
    with indexed() as catalog:
        assert left(catalog) == {1}
        assert list(reading.events(catalog, trace_id(1))) == events


def test_a_trace_that_is_pinned_after_the_plan_stays(home: Path, indexed: Opener) -> None:
    for number in range(3):
        write_trace(home, number)
    with indexed() as catalog:
        plan = planned(catalog, traces_max=0)
        pin(home, trace_id(1))
        assert numbers(retention.apply(catalog, plan)) == [0, 2]
        assert left(catalog) == {1}


def test_a_trace_that_grew_after_the_plan_stays(home: Path, indexed: Opener) -> None:
    write_trace(home, 1)
    with indexed() as catalog:
        plan = planned(catalog, traces_max=0)
        write_segment(home, process_id(9), debugs(trace_id(1), 1, t=50 * NS_PER_S))
        refresh(catalog)
        assert retention.apply(catalog, plan).traces == []
        assert left(catalog) == {1}


def test_a_trace_that_is_being_recorded_stays(home: Path, indexed: Opener) -> None:
    path = write_segment(
        home, process_id(1), [process_started(trace_id(1)), *debugs(trace_id(1), 5)]
    )
    write_trace(home, 2)
    with path.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        with indexed() as catalog:
            plan = planned(catalog, age_s_max=0)
            assert numbers(plan) == [2]
            assert path.name not in [segment.name for segment in plan.segments]
            retention.apply(catalog, plan)
    assert path.exists()


def test_a_dropped_trace_takes_its_errors_and_their_files_with_it(
    home: Path, indexed: Opener
) -> None:
    (home / "errors").mkdir()
    for number in (1, 2):
        error = line("error.raised", trace_id(number), t=number, **error_body(f"e{number}"))
        write_segment(home, process_id(number), [error])
        (home / "errors" / f"e{number}.json").write_text("{}" * 5_000)
    with indexed() as catalog:
        plan = planned(catalog, traces_max=1)
        assert plan.traces[0].size_bytes > 10_000
        retention.apply(catalog, plan)
        assert [error.error_id for error in reading.errors(catalog)] == ["e2"]
    assert [path.name for path in (home / "errors").iterdir()] == ["e2.json"]


@pytest.mark.parametrize("how", ["rebuild", "damage", "delete"])
def test_a_dropped_trace_does_not_come_back(home: Path, indexed: Opener, how: str) -> None:
    """Its lines may still stand in a segment that other traces need."""
    shared = [
        *debugs(trace_id(1), 30, t=1 * NS_PER_S),
        *debugs(trace_id(2), 30, t=50 * NS_PER_S),
        *debugs(trace_id(2), 1, t=90 * NS_PER_S),
    ]
    write_segment(home, process_id(7), shared)
    write_trace(home, 3)
    with indexed() as catalog:
        plan = planned(catalog, age_s_max=60)
        assert numbers(plan) == [1, 3]
        retention.apply(catalog, plan)
    for path in home.glob("catalog.db*"):
        if how == "delete":
            path.unlink()
        elif how == "damage":
            path.write_bytes(b"damaged" * 99)
    if how != "delete":
        rebuild(home)
    with indexed() as catalog:
        assert left(catalog) == {2}
        assert reading.trace_summary(catalog, trace_id(2)).events == 31


def test_drops_are_forgotten_once_no_segment_can_bring_them_back(
    home: Path, indexed: Opener
) -> None:
    write_segment(home, process_id(9), [*debugs(trace_id(8), 1), *debugs(trace_id(9), 1, t=NOW)])
    for number in range(3):
        write_trace(home, number)
    with indexed() as catalog:
        retention.apply(catalog, planned(catalog, age_s_max=10))
        assert set(read_kept(home).dropped) == {trace_id(n) for n in (0, 1, 2, 8)}
        retention.apply(catalog, planned(catalog, traces_max=0))
    assert read_kept(home).dropped == {}


def test_the_catalogue_is_left_without_a_trace_of_what_was_dropped(
    home: Path, indexed: Opener
) -> None:
    span = line("span.started", trace_id(1), t=5, span="ab" * 8, name="step")
    repeat = line(
        "error.repeated", trace_id(1), t=6, fingerprint="f", type="E", message="", count=1
    )
    lost = line("process.ended", trace_id(1), t=7, counters={"cut": 1})
    write_segment(home, process_id(1), [span, repeat, lost])
    with indexed() as catalog:
        retention.apply(catalog, planned(catalog, traces_max=0))
        assert reading.counters(catalog) == {}
        assert catalog.rows("spans_between", low=-(1 << 63), high=(1 << 63) - 1, limit=9) == []
        assert catalog.rows("process_ids_between", low="", high="g", limit=9) == []
        assert catalog.rows("all_segments") == []
        assert catalog.damage() is None


def test_a_segment_that_was_not_read_stays(home: Path, indexed: Opener) -> None:
    write_trace(home, 1)
    odd = home / "journal" / f"{process_id(5)}.0001.jsonl"
    odd.write_bytes(b"garbage\n")
    with indexed() as catalog:
        retention.apply(catalog, planned(catalog, age_s_max=0))
    assert list((home / "journal").iterdir()) == [odd]


def test_two_clean_ups_do_not_run_at_once(home: Path, indexed: Opener) -> None:
    write_trace(home, 1)
    fd = os.open(home, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    with indexed() as catalog:
        plan = planned(catalog, traces_max=0)
        with pytest.raises(StoreError, match=rf"process {os.getpid()} .* cleaning up"):
            retention.apply(catalog, plan)
        assert left(catalog) == {1}
    os.close(fd)


def test_the_name_of_a_bundle_stays_in_its_folder(home: Path) -> None:
    path = retention.bundle_path(home, "../../etc/passwd")
    assert path.parent == home / "errors"


def test_the_size_of_a_folder_is_that_of_all_its_files(home: Path) -> None:
    assert retention.folder_bytes(home / "absent") == 0
    (home / "inner").mkdir()
    (home / "inner" / "file").write_bytes(b"x" * 10_000)
    assert 10_000 <= retention.folder_bytes(home) <= 20_000


def write_blob(home: Path, name: str, *, second: int, file: str | None = None) -> Path:
    """Write a blob that was last used that many seconds after the start."""
    path = home / "blobs" / name[:2] / (file or f"{name}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"[" + b"1," * 5_000 + b"1]")
    used = START_UNIX_NS + second * NS_PER_S
    os.utime(path, ns=(used, used))
    return path


def test_a_blob_leaves_with_the_traces_that_may_name_it(home: Path, indexed: Opener) -> None:
    later = NOW + 7_200 * NS_PER_S
    for number in (10, 20, 30):
        write_trace(home, number)
    old, needed = write_blob(home, "aa11", second=12), write_blob(home, "bb22", second=31)
    draft = write_blob(home, "aa33", second=12, file="aa33.json.7.7.draft")
    with indexed() as catalog:
        limits = Retention(age_s_max=(later - START_UNIX_NS) / NS_PER_S - 25)
        plan = retention.plan(catalog, limits, later)
        assert numbers(plan) == [10, 20]
        assert {blob.name for blob in plan.blobs} == {"aa11", "aa33.json.7.7.draft"}
        assert plan.bytes_freed > sum(trace.size_bytes for trace in plan.traces)
        done = retention.apply(catalog, plan)
    assert done.blobs == plan.blobs
    assert (old.exists(), draft.exists(), needed.exists()) == (False, False, True)


def test_a_blob_that_was_used_just_before_stays(home: Path, indexed: Opener) -> None:
    write_trace(home, 10)
    write_blob(home, "aa11", second=11)
    with indexed() as catalog:
        assert retention.plan(catalog, Retention(traces_max=0), NOW).blobs == []


def test_a_blob_that_a_pinned_trace_names_stays(home: Path, indexed: Opener) -> None:
    later = NOW + 7_200 * NS_PER_S
    changed = line("state.changed", trace_id(10), t=10 * NS_PER_S, name="cart", after_blob="aa11")
    write_segment(home, process_id(10), [process_started(trace_id(10), t=10 * NS_PER_S), changed])
    write_trace(home, 20)
    for name in ("aa11", "bb22"):
        write_blob(home, name, second=10)
    pin(home, trace_id(10))
    with indexed() as catalog:
        plan = retention.plan(catalog, Retention(traces_max=0), later)
        assert numbers(plan) == [20]
        assert [blob.name for blob in plan.blobs] == ["bb22"]


def test_a_trace_that_began_earlier_and_stays_keeps_the_blobs(home: Path, indexed: Opener) -> None:
    later = NOW + 7_200 * NS_PER_S
    lines = [process_started(trace_id(1), t=NS_PER_S), *debugs(trace_id(1), 5, t=40 * NS_PER_S)]
    write_segment(home, process_id(1), lines)
    write_trace(home, 20)
    write_blob(home, "aa11", second=20)
    with indexed() as catalog:
        plan = retention.plan(catalog, Retention(traces_max=1), later)
        assert numbers(plan) == [20]
        assert plan.blobs == []
