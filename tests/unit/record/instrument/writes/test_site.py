from __future__ import annotations

import gc
import pickle
import threading
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import backtrail
from backtrail.model import limits
from backtrail.record import guard
from backtrail.record.instrument.writes import looking, site
from backtrail.record.instrument.writes.targets import Target
from changing import changes_of, names_of
from recorded import events, recording

COUNTS = "x = {'n': 0}\ndef f():\n    x['n'] += 1\n"


def test_a_place_tells_its_first_changes_and_counts_them(tmp_path: Path) -> None:
    found = changes_of(COUNTS, tmp_path, times=100)
    assert [each.get("count", 1) for each in found] == list(range(1, limits.WRITES_MAX + 1))


def test_a_place_that_changes_nothing_is_not_looked_at_for_ever(tmp_path: Path) -> None:
    source = "x = {'n': 0}\nm = 0\ndef f():\n    global m\n    m = m + 1\n    x['n'] = m // 50\n"
    assert changes_of(source, tmp_path, times=100) == []


def test_a_new_trace_lets_places_tell_again(tmp_path: Path) -> None:
    site.begin()
    with recording(tmp_path):
        f = names_of(COUNTS + "y = []\ndef g():\n    y.append(1)\n", str(tmp_path / "p.py"))
        for name in ("one", "two"):
            with backtrail.start_operation_trace(name):
                f["g"]()
                for _ in range(20):
                    f["f"]()
    site.end()
    told = [event.trace_id for event in events(tmp_path, "state.changed")]
    assert len(told) == 2 * (limits.WRITES_MAX + 1)
    assert len(set(told)) == 2


def test_a_process_tells_so_many_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "WRITES_EVENTS_MAX", 3)
    assert len(changes_of(COUNTS, tmp_path, times=20)) == 3


def test_a_process_takes_so_long_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "WRITES_CPU_S_MAX", 0.0)
    assert len(changes_of(COUNTS, tmp_path, times=20)) <= 1


def test_what_fails_is_not_told_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    class Kept:
        """Is to go."""

    site.begin()
    with recording(tmp_path):
        names = names_of("def f(x):\n    x.append(1 / 0)\n", str(tmp_path / "p.py"))
        kept = Kept()
        gone = weakref.ref(kept)
        with pytest.raises(ZeroDivisionError):
            names["f"]([kept])
        del kept
        gc.collect()
        assert gone() is None
    site.end()
    assert events(tmp_path, "state.changed") == []


def test_what_was_seen_is_forgotten_when_its_statement_did_not_end(tmp_path: Path) -> None:
    made = site.Write(Target(base="x"))
    site.begin()
    with recording(tmp_path):
        made.before([1])
        assert len(made.pending) == 1
        made.before("nothing to look at")
        assert made.pending == {}
    site.end()


def test_what_goes_by_the_name_later_is_not_compared(tmp_path: Path) -> None:
    source = (
        "x = [1]\ndef g():\n    global x\n    old, x = x, [5]\n    return old\n"
        "def f():\n    x.append(g())\n"
    )
    assert changes_of(source, tmp_path) == []


def test_calls_of_one_place_inside_one_another_are_told_apart(tmp_path: Path) -> None:
    source = (
        "def g(n):\n    x = [n]\n    x.append(n and g(n - 1))\n    return n\ndef f():\n    g(2)\n"
    )
    assert [each["before"] for each in changes_of(source, tmp_path)] == [[0], [1], [2]]


def test_threads_are_told_apart(tmp_path: Path) -> None:
    site.begin()
    with recording(tmp_path):
        names = names_of(COUNTS, str(tmp_path / "p.py"))
        for name in ("west", "east"):
            thread = threading.Thread(target=names["f"], name=name)
            thread.start()
            thread.join()
    site.end()
    threads = [(event.thread or "").partition(":")[0] for event in events(tmp_path)
               if event.kind == "state.changed"]  # fmt: skip
    assert threads == ["west", "east"]


def test_nothing_is_told_while_recording_is_off(tmp_path: Path) -> None:
    site.begin()
    with recording(tmp_path):
        names = names_of(COUNTS, str(tmp_path / "p.py"))
        backtrail.disable()
        names["f"]()
        backtrail.enable()
        names["f"]()
    site.end()
    assert [event.body["after"] for event in events(tmp_path, "state.changed")] == [{"n": 2}]


def test_a_fault_of_ours_does_not_reach_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise LookupError

    monkeypatch.setattr(site, "look", fail)
    monkeypatch.setattr(guard, "is_strict", False)
    made = site.Write(Target(base="x"))
    site.begin()
    with recording(tmp_path, strict=False):
        made.before([])
        assert guard.lost["broke: writes: LookupError"] == 1
        assert not made.on
    site.end()
    assert looking.look is not fail


def test_a_program_that_traces_itself_is_let_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.Spent, "is_traced", site.Spent.is_traced)
    made = site.Write(Target(base="x"))
    site.be_still()
    assert not made.on
    assert changes_of(COUNTS, tmp_path) == []


def test_a_site_that_is_sent_away_is_off() -> None:
    copy = pickle.loads(pickle.dumps(site.Write(Target(base="x"))))
    assert type(copy) is SimpleNamespace
    assert copy.on is False
