from __future__ import annotations

import itertools
import json
import os
import resource
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import backtrail
from backtrail.model import limits
from backtrail.model.kinds import DebugRecorded
from backtrail.record import guard, journal
from recorded import entries, events, recording, run_program, segments


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


def numbers(home: Path) -> list[int]:
    return [entry["attributes"]["number"] for entry in entries(home)]


def test_nothing_is_opened_before_the_first_event(home: Path) -> None:
    assert not home.exists()
    assert (journal.directory(), journal.position()) == (str(home), 0)
    backtrail.debug("load_user")
    [path] = segments(home)
    assert path.name == f"{journal.process_id()}.0001.jsonl"
    assert home.stat().st_mode & 0o77 == (home / "journal").stat().st_mode & 0o77 == 0


def test_the_events_of_many_segments_are_one_series_without_gaps(home: Path) -> None:
    text = "a b " * 2_000
    for number in range(1_000):
        backtrail.debug("load_user", number=number, text=text)
    assert len(segments(home)) > 1
    assert numbers(home) == list(range(1_000))
    assert [event.seq for event in events(home)] == list(range(1_001))


def test_retired_segments_are_cut_to_what_they_hold(home: Path) -> None:
    for number in range(3_000):
        backtrail.debug("load_user", number=number, text="a b " * 100)
    *retired, present = segments(home)
    assert retired
    assert all(path.read_bytes()[-1:] == b"\n" for path in retired)
    assert present.read_bytes()[-1:] == b"\0"
    backtrail.stop()
    assert present.read_bytes()[-1:] == b"\n"


def test_the_position_grows_with_what_is_recorded(home: Path) -> None:
    seen = []
    for number in range(5_000):
        backtrail.debug("load_user", number=number)
        seen.append(journal.position())
    assert len(segments(home)) > 1
    assert all(one != other for one, other in itertools.pairwise(seen))


@pytest.mark.usefixtures("home")
def test_an_event_is_one_line_of_its_envelope_and_its_body() -> None:
    body = DebugRecorded(action="load_user", context="shop")
    line = json.loads(journal.event_line("debug.recorded", body, trace=b'"abc","span":"12"'))
    assert {name: line[name] for name in ("trace", "span", "kind", "action", "context")} == {
        "trace": "abc",
        "span": "12",
        "kind": "debug.recorded",
        "action": "load_user",
        "context": "shop",
    }
    assert b",}" not in journal.event_line("process.ended", {}, trace=b'""')


def test_an_event_outside_of_any_scope_is_written(home: Path) -> None:
    line = journal.write_event("journal.dropped", {"reason": "not writable", "count": 2})
    assert not line.endswith(b"\n")
    assert events(home, "journal.dropped")[0].body == {"reason": "not writable", "count": 2}


def test_an_event_that_no_segment_can_hold_is_counted(home: Path) -> None:
    journal.append(b"x" * (limits.SEGMENT_BYTES_MAX + 1))
    backtrail.debug("load_user", number=1)
    assert guard.lost == {"event too large": 1}
    assert numbers(home) == [1]


def test_an_event_larger_than_the_first_segment_opens_the_next(home: Path) -> None:
    backtrail.debug("load_user", number=1)
    body = {"reason": "x" * limits.SEGMENT_BYTES_FIRST, "count": 1}
    journal.write_event("journal.dropped", body)
    assert len(segments(home)) == 2
    assert events(home, "journal.dropped")[0].body == body


def test_a_first_event_larger_than_the_first_segment_is_written(home: Path) -> None:
    body = {"reason": "x" * limits.SEGMENT_BYTES_FIRST, "count": 1}
    journal.write_event("journal.dropped", body)
    assert events(home, "journal.dropped")[0].body == body


def test_syncing_is_harmless_at_any_time(home: Path) -> None:
    journal.sync(10)
    backtrail.debug("load_user", number=1)
    journal.sync(10)
    backtrail.stop()
    journal.sync(10)
    assert numbers(home) == [1]
    assert guard.lost == {}


def test_a_journal_that_cannot_be_opened_is_counted_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder belongs")
    with recording(tmp_path / "home"):
        for number in range(10):
            backtrail.debug("load_user", number=number)
        assert guard.lost["event not written"] == 10
        (tmp_path / "home").unlink()
        for number in range(10, 10 + 2 * journal.RETRY_EVERY):
            backtrail.debug("load_user", number=number)
        lost = guard.lost["event not written"]
        assert lost <= journal.RETRY_EVERY
        written = numbers(tmp_path / "home")
        assert written == list(range(lost, 10 + 2 * journal.RETRY_EVERY))
        [dropped] = events(tmp_path / "home", "journal.dropped")
        assert dropped.body == {"reason": "not writable", "count": lost}


def test_a_folder_deleted_while_recording_is_made_again(home: Path) -> None:
    backtrail.debug("load_user", number=0)
    for path in segments(home):
        path.unlink()
    (home / "journal").rmdir()
    for number in range(5_000):
        backtrail.debug("load_user", number=number)
    assert guard.lost["segment deleted while recording"] > 1
    assert numbers(home)[-1] == 4_999


def test_a_forked_child_writes_a_journal_of_its_own(home: Path) -> None:
    backtrail.debug("load_user", number=0)
    parent = journal.process_id()
    with warnings.catch_warnings():
        # Other tests may have left threads behind.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        backtrail.debug("load_user", number=100)
        os._exit(0 if journal.process_id() != parent else 1)
    assert os.waitpid(child, 0)[1] == 0
    backtrail.debug("load_user", number=1)
    by_process = {event.process: event.body for event in events(home, "process.started")}
    [other] = set(by_process) - {parent}
    assert by_process[other]["parent_process"] == parent
    assert sorted(numbers(home)) == [0, 1, 100]
    for process in by_process:
        seqs = [event.seq for event in events(home) if event.process == process]
        assert seqs == list(range(len(seqs)))


DISK = """
import os, sys, backtrail
from backtrail.record import guard
backtrail.start(hooks=False)
for number in range(60_000):
    backtrail.debug("load_user", number=number)
print(guard.lost.get("event not written", 0))
print([reason for reason in guard.lost if reason.startswith("journal not writable")])
"""


def test_a_disk_that_fills_stops_the_recording_and_not_the_program(tmp_path: Path) -> None:
    mount = f'mount -t tmpfs -o size=2m none {tmp_path} && exec "$@"'
    program = DISK + (
        "import glob, json\n"
        "lines = [json.loads(line) for path in sorted(glob.glob(sys.argv[1] + '/journal/*'))\n"
        "         for line in open(path, 'rb').read().rstrip(b'\\0').splitlines()]\n"
        "kept = [line['attributes']['number'] for line in lines if line['kind'][0] == 'd']\n"
        "print(kept == list(range(len(kept))), len(kept))\n"
    )
    done = run_program(
        "import os, sys; os.execvp('unshare', sys.argv[1:])",
        tmp_path / "home",
        *("unshare", "-r", "-m", "sh", "-c", mount, "sh"),
        *(sys.executable, "-c", program, tmp_path / "home"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    lost, reasons, kept = done.stdout.splitlines()
    assert reasons == "['journal not writable: No space left on device']"
    is_in_order, count = kept.split()
    assert is_in_order == "True"
    assert int(count) > 1_000
    assert int(lost) + int(count) == 60_000


def test_a_folder_that_is_read_only_stops_the_recording_and_not_the_program(
    tmp_path: Path,
) -> None:
    mount = f'mount -t tmpfs -o ro none {tmp_path} && exec "$@"'
    done = run_program(
        "import os, sys; os.execvp('unshare', sys.argv[1:])",
        tmp_path / "home",
        *("unshare", "-r", "-m", "sh", "-c", mount, "sh"),
        *(sys.executable, "-c", DISK),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "60000",
        "['journal not writable: Read-only file system']",
    ]


def test_what_was_lost_on_a_full_disk_is_told_at_the_end_of_the_last_segment(
    home: Path,
) -> None:
    backtrail.debug("load_user", number=0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        for number in range(1, 5_000):
            backtrail.debug("load_user", number=number)
        backtrail.stop()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    [path] = segments(home)
    assert path.read_bytes()[-1:] == b"\n"
    kept = numbers(home)
    assert kept == list(range(len(kept)))
    [dropped] = events(home, "journal.dropped")
    assert dropped.body["count"] == 5_000 - len(kept) > 0
    [ended] = events(home, "process.ended")
    assert ended.body["counters"]["event not written"] == 5_000 - len(kept)
    assert [event.seq for event in events(home)] == list(range(len(kept) + 3))
