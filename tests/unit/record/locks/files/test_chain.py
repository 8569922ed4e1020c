from __future__ import annotations

import os
from _thread import get_ident
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from backtrail.record.locks.files.chain import (
    KIND,
    circle_from,
    files_held,
    say_told,
    say_waiting,
)
from backtrail.record.locks.files.identity import (
    Identity,
    own_identity,
    read_identity,
    write_identity,
)
from backtrail.record.locks.notes import Notes
from backtrail.record.locks.owners import Owner, this_thread
from backtrail.record.locks.waiting import begin_wait, end_wait
from locking import recording_locks


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        yield tmp_path / "home"


def held(path: Path, owner: Owner, *, thread_id: int = 1, waits_for: Path | None = None) -> Notes:
    """Let an owner of this process hold a lock file."""
    notes = Notes(path.name, KIND)
    notes.key, notes.holder = str(path), owner
    owner.held.append(notes)
    identity = own_identity(owner, thread_id)
    other = str(waits_for) if waits_for else None
    write_identity(str(path), msgspec.structs.replace(identity, waits_for=other))
    return notes


def other_process(path: Path, *, waits_for: Path | None = None) -> Identity:
    """Let another process, one that lives, hold a lock file."""
    identity = own_identity(this_thread(), 1)
    changed = msgspec.structs.replace(
        identity,
        pid=os.getppid(),
        started_ticks=None,
        waits_for=str(waits_for) if waits_for else None,
    )
    write_identity(str(path), changed)
    return changed


def names(path: Path) -> list[str]:
    return [Path(link.path).name for link in circle_from(str(path))]


def test_a_circle_through_other_processes_is_followed_to_its_end(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    held(three, Owner(), thread_id=get_ident())
    other_process(one, waits_for=two)
    assert names(one) == []
    other_process(two, waits_for=three)
    assert names(one) == ["one", "two", "three"]
    assert names(two) == ["two", "three"]


def test_who_waits_for_its_own_lock_closes_no_circle_of_processes(tmp_path: Path) -> None:
    held(tmp_path / "one", Owner(), thread_id=get_ident())
    assert names(tmp_path / "one") == []


def test_a_lock_that_nobody_has_closes_no_circle(tmp_path: Path) -> None:
    other_process(tmp_path / "one", waits_for=tmp_path / "two")
    assert names(tmp_path / "one") == []
    assert names(tmp_path / "two") == []


def test_a_circle_of_others_is_not_ours(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    other_process(one, waits_for=two)
    other_process(two, waits_for=one)
    assert names(one) == []


def test_a_circle_may_go_through_a_thread_that_waits_for_ours(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    held(one, Owner(), thread_id=1, waits_for=two)
    other_process(two, waits_for=one)
    assert names(two) == ["two", "one"]


def test_who_waits_says_so_beside_all_that_it_and_those_behind_it_hold(tmp_path: Path) -> None:
    me, behind, apart = Owner(), Owner(), Owner()
    paths = [tmp_path / name for name in ("mine", "behind", "apart")]
    for path, owner in zip(paths, (me, behind, apart), strict=True):
        held(path, owner)
    mutex = Notes("mutex", "Lock")
    mutex.holder = me
    wait = begin_wait(behind, mutex, None)
    say_waiting(me, "/wanted")
    said = [read_identity(str(path)) for path in paths]
    assert [each and each.waits_for for each in said] == ["/wanted", "/wanted", None]
    say_waiting(me, None)
    end_wait(wait)
    said = [read_identity(str(path)) for path in paths]
    assert [each and each.waits_for for each in said] == [None, None, None]


def test_a_deadlock_that_was_told_is_said_beside_the_locks(tmp_path: Path) -> None:
    me = Owner()
    held(tmp_path / "mine", me)
    say_told(me, "0190")
    identity = read_identity(str(tmp_path / "mine"))
    assert identity is not None
    assert identity.deadlock == "0190"


def test_what_another_process_wrote_is_left_alone(tmp_path: Path) -> None:
    me = Owner()
    held(tmp_path / "mine", me)
    theirs = other_process(tmp_path / "mine")
    say_waiting(me, "/wanted")
    assert read_identity(str(tmp_path / "mine")) == theirs


def test_only_lock_files_count_as_held_here(tmp_path: Path) -> None:
    me = Owner()
    file = held(tmp_path / "mine", me)
    mutex = Notes("mutex", "Lock")
    mutex.holder = me
    me.held.append(mutex)
    assert files_held(me) == [file]
