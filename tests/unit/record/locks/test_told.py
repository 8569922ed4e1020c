from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import backtrail
from backtrail.record import guard, sink
from backtrail.record.locks.notes import Notes
from backtrail.record.locks.owners import Owner, this_thread
from backtrail.record.locks.told import (
    tell_acquired,
    tell_released,
    tell_requested,
    tell_timed_out,
    tell_use,
)
from locking import bodies, recording_locks, told


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        yield tmp_path / "home"


def tell_all(notes: Notes) -> None:
    owner = this_thread()
    tell_requested(notes, owner, 2.5)
    tell_acquired(notes, owner, 0.25)
    tell_released(notes, owner, 0.5)
    tell_timed_out(notes, owner, 1.0, is_cancelled=False)


def test_each_event_names_lock_owner_place_and_its_times(home: Path) -> None:
    notes = Notes("mine", "Lock")
    notes.holder = other = Owner()
    other.last_name = "other"
    tell_all(notes)
    assert [kind for kind, _, _ in told(home)] == [
        "requested",
        "acquired",
        "released",
        "timed_out",
    ]
    [requested], [acquired] = bodies(home, "requested"), bodies(home, "acquired")
    [released], [gave_up] = bodies(home, "released"), bodies(home, "timed_out")
    assert (requested["holder"], requested["timeout_s"]) == ("other", 2.5)
    assert (acquired["wait_ms"], released["hold_ms"]) == (250.0, 500.0)
    assert (gave_up["holder"], gave_up["wait_ms"]) == ("other", 1000.0)
    for body in (requested, acquired, released, gave_up):
        assert (body["owner"], body["lock_type"]) == ("MainThread", "Lock")
        assert body["lock_id"] == str(notes.number)
        assert body["caller"]["function"] == "tell_all"


def test_nothing_is_told_while_recording_is_off(home: Path) -> None:
    notes = Notes("mine", "Lock")
    notes.uses = 3
    backtrail.disable()
    tell_all(notes)
    tell_use()
    backtrail.enable()
    assert told(home) == []


def test_what_breaks_in_here_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(sink, "record_event", broken)
    monkeypatch.setattr(guard, "is_strict", False)
    notes = Notes("mine", "Lock")
    notes.uses = 3
    tell_all(notes)
    tell_use()
    assert guard.lost["broke: lock: OSError"] == 4
    assert guard.lost["broke: lock use: OSError"] == 1


def test_the_use_of_a_dead_lock_is_told_with_the_next_event(home: Path) -> None:
    notes = Notes("dead", "Lock")
    notes.uses = 3
    del notes
    tell_acquired(Notes("mine", "Lock"), this_thread())
    assert [(body["lock"], body["count"]) for body in bodies(home, "used")] == [("dead", 3)]
