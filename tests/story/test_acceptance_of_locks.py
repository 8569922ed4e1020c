"""Acceptance checks 11 and 12: locks between processes, who holds them, and who harms nobody.

`docs/acceptance.md` lists the checks; each test names the one that it is of.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import msgspec
import pytest

import backtrail
from backtrail.record.locks.files.identity import SUFFIX, Identity, read_identity
from running import environment, journal, of_kind, project, until

PROCESSES, UPDATES = 50, 100
HOLDS = """
import sys, backtrail
with backtrail.FileLock("stock.lock", soft="soft" in sys.argv):
    print("held", flush=True)
    sys.stdin.read()
"""
WAITS = """
import sys, backtrail
print("waits", flush=True)
with backtrail.FileLock("stock.lock", soft="soft" in sys.argv):
    print("has it", flush=True)
"""
ADD = """
import multiprocessing, sys
from pathlib import Path
import backtrail

def add(times):
    stock = Path("stock")
    for _ in range(times):
        with backtrail.FileLock("stock.lock"):
            stock.write_text(str(int(stock.read_text()) + 1))

if __name__ == "__main__":
    backtrail.start()
    context = multiprocessing.get_context("fork")
    number, times = map(int, sys.argv[1:])
    processes = [context.Process(target=add, args=(times,)) for _ in range(number)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(*{process.exitcode for process in processes})
"""
KINDS = pytest.mark.parametrize("kind", ["system", "soft"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project(tmp_path))
    monkeypatch.setenv("BACKTRAIL_DIR", str(tmp_path / ".backtrail"))
    return tmp_path


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def holder(kind: str = "system") -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the lock until the end of the block."""
    with start(HOLDS, kind) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "held\n"
        yield program
        program.communicate(timeout=60)


def is_free(kind: str) -> bool:
    """Whether the lock can be had at this moment, as the package itself sees it."""
    lock = (filelock.SoftFileLock if kind == "soft" else filelock.FileLock)("stock.lock")
    try:
        with lock.acquire(0):
            return True
    except filelock.Timeout:
        return False


@pytest.mark.acceptance(11)
def test_fifty_processes_that_each_update_a_hundred_times_lose_nothing(folder: Path) -> None:
    (folder / "stock").write_text("0")
    with start(ADD, PROCESSES, UPDATES) as program:
        assert program.communicate(timeout=115)[0] == "0\n"
    assert (folder / "stock").read_text() == str(PROCESSES * UPDATES)
    assert sorted(path.name for path in folder.glob("stock*")) == ["stock", "stock.lock"]


@pytest.mark.acceptance(11)
@KINDS
def test_a_waiter_that_gives_up_leaves_the_holder_its_lock(kind: str, folder: Path) -> None:
    with holder(kind) as program:
        before = read_identity("stock.lock")
        with pytest.raises(filelock.Timeout):
            backtrail.FileLock("stock.lock", timeout=0.2, soft=kind == "soft").acquire()
        assert not is_free(kind)
        assert (folder / "stock.lock").exists()
        assert read_identity("stock.lock") == before
        assert before is not None
        assert before.pid == program.pid
    assert is_free(kind)


@pytest.mark.acceptance(11)
@KINDS
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_waiter_that_is_killed_leaves_the_holder_its_lock(
    number: signal.Signals, kind: str, folder: Path
) -> None:
    with holder(kind):
        before = read_identity("stock.lock")
        with start(WAITS, kind) as waiter:
            assert waiter.stdout is not None
            assert waiter.stdout.readline() == "waits\n"
            until(lambda: bool(of_kind(journal(folder), "lock.requested")))
            waiter.send_signal(number)
            assert waiter.wait(60) != 0
        assert not is_free(kind)
        assert read_identity("stock.lock") == before
    assert is_free(kind)


@pytest.mark.acceptance(11)
@KINDS
def test_what_a_killed_holder_leaves_behind_stops_nobody(kind: str, folder: Path) -> None:
    with start(HOLDS, kind) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "held\n"
        program.kill()
    assert (folder / f"stock.lock{SUFFIX}").exists()
    lock = backtrail.FileLock("stock.lock", timeout=60, soft=kind == "soft")
    assert lock.holder() is None
    with lock:
        present = lock.holder()
        assert present is not None
        assert present.pid == os.getpid()
    assert not (folder / f"stock.lock{SUFFIX}").exists()


@pytest.mark.acceptance(11)
@pytest.mark.parametrize("changes", [{"started_ticks": 1}, {"boot_id": "before"}])
def test_who_has_the_number_of_a_dead_holder_is_not_taken_for_it(
    changes: dict[str, object], folder: Path
) -> None:
    with holder():
        true = read_identity("stock.lock")
    assert true is not None
    reused = msgspec.structs.replace(true, pid=os.getpid(), **changes)
    (folder / f"stock.lock{SUFFIX}").write_bytes(msgspec.json.encode(reused))
    lock = backtrail.FileLock("stock.lock")
    assert lock.holder() is None
    with lock:
        assert lock.is_locked


@pytest.mark.acceptance(11)
def test_a_holder_on_another_host_is_told_and_the_lock_is_the_systems_to_give(
    folder: Path,
) -> None:
    elsewhere = Identity(
        pid=1,
        host="elsewhere",
        thread="MainThread",
        thread_id=1,
        trace_id="0" * 32,
        command=["python", "app.py"],
        time_unix_ns=1,
    )
    (folder / f"stock.lock{SUFFIX}").write_bytes(msgspec.json.encode(elsewhere))
    lock = backtrail.FileLock("stock.lock")
    assert lock.holder() == elsewhere
    with lock:
        present = lock.holder()
        assert present is not None
        assert present.pid == os.getpid()


@pytest.mark.acceptance(11)
def test_what_is_read_under_the_lock_is_what_the_last_holder_wrote(folder: Path) -> None:
    (folder / "stock").write_text("before")
    with holder() as program:
        early = (folder / "stock").read_text()
        (folder / "stock").write_text("after")
        assert program.stdin is not None
        program.stdin.close()
        with backtrail.FileLock("stock.lock", timeout=60):
            late = (folder / "stock").read_text()
        program.stdin = None
    assert (early, late) == ("before", "after")


@pytest.mark.acceptance(12)
@pytest.mark.usefixtures("folder")
def test_who_holds_a_lock_file_is_named_to_the_one_who_fails_to_get_it() -> None:
    with holder() as program:
        lock = backtrail.FileLock("stock.lock", timeout=0.05)
        with pytest.raises(filelock.Timeout) as caught:
            lock.acquire()
        found = lock.holder()
        assert found is not None
        assert (found.pid, found.thread) == (program.pid, "MainThread")
        assert found.command[0] == sys.executable
        assert f"held by process {program.pid} on {found.host}" in caught.value.__notes__[0]


@pytest.mark.acceptance(12)
def test_who_holds_a_lock_file_is_named_while_another_process_waits(folder: Path) -> None:
    with holder() as program, start(WAITS) as waiter:
        until(lambda: bool(of_kind(journal(folder), "lock.requested")))
        [requested] = of_kind(journal(folder), "lock.requested")
        assert requested["holder"] == f"process {program.pid}"
        assert requested["owner"] == f"process {waiter.pid}"
        program.communicate(timeout=60)
        assert waiter.communicate(timeout=60)[0] == "waits\nhas it\n"
