from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import filelock
import pytest

import backtrail
from backtrail.record.locks.files.identity import SUFFIX
from backtrail.record.locks.files.lock import FileLock
from locking import bodies, holding, recording_locks, thread, told, when_waiting
from recorded import errors


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        yield tmp_path / "home"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stock.lock"


@pytest.mark.parametrize("soft", [False, True])
def test_a_lock_file_is_taken_and_let_go_of(path: Path, soft: bool, home: Path) -> None:  # noqa: FBT001 - a case
    lock = FileLock(path, soft=soft)
    assert lock.holder() is None
    with lock as same:
        assert same is lock
        assert lock.is_locked
        holder = lock.holder()
        assert holder is not None
        assert holder.thread == "MainThread"
    assert not lock.is_locked
    assert lock.holder() is None
    assert not Path(f"{path}{SUFFIX}").exists()
    assert told(home) == [
        (kind, "stock.lock", f"process {holder.pid}") for kind in ("acquired", "released")
    ]
    assert bodies(home, "acquired")[0]["lock_id"] == str(path)


def test_a_lock_that_is_held_can_be_taken_again_and_is_one_hold(path: Path, home: Path) -> None:
    lock = FileLock(path, name="stock")
    with lock:
        with lock.acquire() as same:
            assert same is lock
            assert lock.lock_counter == 2
        assert lock.is_locked
        assert lock.holder() is not None
    assert len(told(home, "stock")) == 2
    lock.acquire()
    lock.acquire()
    lock.release(force=True)
    assert not lock.is_locked
    lock.release()
    assert len(told(home, "stock")) == 4


def test_what_the_original_has_this_one_has_too(path: Path) -> None:
    lock, original = FileLock(path, 5, mode=0o600), filelock.FileLock(path, 5, mode=0o600)
    assert lock.lock_file == original.lock_file
    assert lock.timeout == original.timeout == 5
    with pytest.raises(AttributeError):
        lock.color  # noqa: B018 - to see what it raises


@pytest.mark.parametrize("seconds", [0, 0.01, 0.15])
def test_who_gives_up_raises_what_the_original_does_and_says_who_holds_it(
    path: Path, seconds: float, home: Path
) -> None:
    with holding(FileLock(path), "holder"):
        lock = FileLock(path)
        with pytest.raises(filelock.Timeout) as caught:
            lock.acquire(seconds)
        assert not lock.is_locked
        [note] = caught.value.__notes__
        assert note.startswith("held by process ")
        assert ", holder: " in note
        [gave_up] = bodies(home, "timed_out")
        assert gave_up["holder"] == f"process {lock.holder().pid}"  # type: ignore[union-attr]
    with lock:
        pass


def test_blocking_and_the_timeout_of_the_lock_itself_count(path: Path, home: Path) -> None:
    with holding(FileLock(path)):
        with pytest.raises(filelock.Timeout):
            FileLock(path).acquire(blocking=False)
        with pytest.raises(filelock.Timeout):
            FileLock(path, 0.01).acquire(poll_interval=0.001)
    assert [body.get("timeout_s") for body in bodies(home, "requested")] == [0.01]


def test_who_waits_tells_so_and_goes_on_when_it_is_free(path: Path, home: Path) -> None:
    with holding(FileLock(path)) as may_go:
        helper = when_waiting(may_go.set)
        with FileLock(path):
            helper.join()
    kinds = [kind for kind, _, _ in told(home)]
    assert kinds == ["acquired", "requested", "released", "acquired", "released"]
    assert bodies(home, "acquired")[1]["wait_ms"] > 0


def test_a_deadlock_of_lock_files_between_threads_is_found(tmp_path: Path, home: Path) -> None:
    both = threading.Barrier(2)

    def take(first: str, second: str) -> None:
        with FileLock(tmp_path / first):
            both.wait(60)
            try:
                with FileLock(tmp_path / second, timeout=60):
                    pass
            except filelock.Timeout:
                raise AssertionError("nobody let go") from None

    def give_way() -> None:
        with FileLock(tmp_path / "two"):
            both.wait(60)
            lock = FileLock(tmp_path / "one", timeout=0.1)
            for _ in range(600):
                try:
                    lock.acquire(timeout=1.0)
                except filelock.Timeout:
                    if errors(home):
                        return
                else:
                    lock.release()
                    return

    with thread(lambda: take("one", "two"), "first"), thread(give_way, "second"):
        pass
    [error] = errors(home)
    assert error["type"] == "DeadlockFound"
    process = f"process {os.getpid()}"
    assert sorted(error["message"].split("; ")) == [
        f"{process} (first) waits for two, held by {process} (second)",
        f"{process} (second) waits for one, held by {process} (first)",
    ]


def test_without_the_package_it_is_said_what_to_install(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "filelock", None)
    with pytest.raises(backtrail.BacktrailError, match="filelock") as caught:
        backtrail.FileLock(path)
    assert caught.value.hint == 'pip install "backtrail[locks]"'


def test_a_holder_that_cannot_be_written_down_has_the_lock_all_the_same(
    path: Path,
) -> None:
    (path.parent / f"{path.name}{SUFFIX}").mkdir()
    with FileLock(path) as lock:
        assert lock.is_locked
        assert lock.holder() is None
        with pytest.raises(filelock.Timeout), FileLock(path, 0.01).acquire():
            pass
    assert not lock.is_locked
