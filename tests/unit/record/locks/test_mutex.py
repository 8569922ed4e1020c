from __future__ import annotations

import copy
import gc
import os
import signal
import threading
import weakref
from _thread import LockType
from _thread import RLock as PlainRLock
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.model.limits import LOCK_USES_TOLD_MAX
from backtrail.record.locks.mutex import Lock, RLock
from backtrail.record.locks.told import tell_use
from locking import bodies, holding, recording_locks, thread, told, when_waiting

KINDS = [Lock, RLock]


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        yield tmp_path / "home"


def use_up(lock: Any) -> None:
    """Use a lock so often that its uses are only counted from here on."""
    for _ in range(LOCK_USES_TOLD_MAX + 1):
        with lock:
            pass


def plain_of(kind: Any) -> Any:
    return threading.Lock() if kind is Lock else threading.RLock()


def outcome(do: Any) -> tuple[Any, ...]:
    """Return what a call gives or raises, and how deep the traceback of that is."""
    try:
        return ("returned", do())
    except BaseException as error:  # noqa: BLE001 - whatever it is
        depth, at = 0, error.__traceback__
        while at is not None:
            depth, at = depth + 1, at.tb_next
        return (type(error), str(error), depth)


CALLS = [
    lambda lock: lock.acquire(),
    lambda lock: lock.acquire(False),  # noqa: FBT003 - as a program may
    lambda lock: lock.acquire(blocking=True, timeout=0.01),
    lambda lock: lock.acquire(True, 0.01),  # noqa: FBT003 - see above
    lambda lock: lock.acquire(False, 5),  # noqa: FBT003 - see above
    lambda lock: lock.acquire(timeout=-2),
    lambda lock: lock.acquire(timeout="soon"),
    lambda lock: lock.acquire(timeout=1e100),
    lambda lock: lock.release(),
    lambda lock: lock.__enter__(),
    lambda lock: lock.__exit__(None, None, None),
    copy.copy,
    lambda lock: setattr(lock, "color", "red"),
]


@pytest.mark.parametrize("is_used", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", CALLS)
def test_a_free_lock_does_what_the_plain_one_does(call: Any, kind: Any, is_used: bool) -> None:  # noqa: FBT001 - a case
    ours, plain = kind(name="mine"), plain_of(kind)
    if is_used:
        use_up(ours)
    known, expected = outcome(lambda: call(ours)), outcome(lambda: call(plain))
    if call is CALLS[-1]:
        assert known[0] is expected[0] is AttributeError
    else:
        assert known == expected


@pytest.mark.parametrize("is_used", [False, True])
@pytest.mark.parametrize("call", CALLS[1:10])
def test_a_lock_that_is_held_does_what_the_plain_one_does(call: Any, is_used: bool) -> None:  # noqa: FBT001 - a case
    if call is CALLS[9]:
        return  # It would wait for ever.
    ours, plain = Lock(name="mine"), threading.Lock()
    if is_used:
        use_up(ours)
    ours.acquire()
    plain.acquire()
    assert outcome(lambda: call(ours)) == outcome(lambda: call(plain))
    assert ours.locked() == plain.locked()


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_passes_for_a_plain_one(kind: Any) -> None:
    ours, plain = kind(name="mine"), plain_of(kind)
    plain_type = LockType if kind is Lock else PlainRLock
    assert isinstance(ours, plain_type)
    assert isinstance(plain, type(ours))
    assert isinstance(ours, type(ours))
    assert not isinstance("lock", type(ours))
    assert repr(ours).split(" at ")[0] == repr(plain).split(" at ")[0]
    assert weakref.ref(ours)() is ours
    public = {name for name in dir(plain) if not name.startswith("__")}
    assert public <= set(dir(ours))


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_goes_away_with_its_last_reference_and_its_use_is_told(
    kind: Any, home: Path
) -> None:
    lock = kind(name="mine")
    use_up(lock)
    for _ in range(9):
        with lock:
            pass
    gone = weakref.ref(lock)
    gc.disable()
    try:
        del lock
        assert gone() is None
    finally:
        gc.enable()
    with Lock(name="other"):
        pass
    tell_use()
    [use] = bodies(home, "used", "mine")
    assert use["count"] == 10


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_uses_are_told_one_by_one_and_the_others_counted(kind: Any, home: Path) -> None:
    lock = kind(name="mine")
    for _ in range(LOCK_USES_TOLD_MAX + 36):
        with lock:
            pass
    assert len(bodies(home, "acquired")) == len(bodies(home, "released")) == LOCK_USES_TOLD_MAX
    tell_use()
    [use] = bodies(home, "used")
    assert (use["lock"], use["lock_type"], use["count"]) == ("mine", kind.__name__, 36)
    tell_use()
    assert len(bodies(home, "used")) == 1


def test_a_use_says_who_and_where_and_for_how_long(home: Path) -> None:
    lock = Lock(name="mine")
    with lock:
        pass
    [acquired], [released] = bodies(home, "acquired"), bodies(home, "released")
    assert acquired["owner"] == released["owner"] == "MainThread"
    assert acquired["caller"]["function"].startswith("test_a_use_says_who")
    assert released["hold_ms"] >= 0
    assert (acquired["wait_ms"], acquired.get("held", [])) == (0.0, [])


@pytest.mark.parametrize("is_used", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_who_has_to_wait_tells_for_whom_and_how_long(
    kind: Any,
    is_used: bool,  # noqa: FBT001 - a case
    home: Path,
) -> None:
    lock, own = kind(name="mine"), Lock(name="own")
    if is_used:
        use_up(lock)
    before = len(told(home, "mine"))
    with own, holding(lock) as may_go:
        helper = when_waiting(may_go.set)
        with lock:
            helper.join()
    [requested] = bodies(home, "requested")
    assert requested["holder"] == "holder"
    assert requested["held"] == ["own"]
    waited = [body for body in bodies(home, "acquired", "mine") if body["wait_ms"] > 0]
    assert [body["held"] for body in waited] == [["own"]]
    since = [each for each in told(home, "mine")[before:] if each != ("acquired", "mine", "holder")]
    expected = [
        ("requested", "mine", "MainThread"),
        ("released", "mine", "holder"),
        ("acquired", "mine", "MainThread"),
    ]
    assert since[:3] == expected


@pytest.mark.parametrize("kind", KINDS)
def test_who_gives_up_waiting_tells_so(kind: Any, home: Path) -> None:
    lock = kind(name="mine")
    with holding(lock):
        assert lock.acquire(timeout=0.01) is False
    [gave_up] = bodies(home, "timed_out")
    assert gave_up["holder"] == "holder"
    assert gave_up["wait_ms"] >= 10
    assert not gave_up.get("is_cancelled")


def test_who_is_interrupted_while_waiting_is_interrupted_as_without_us(home: Path) -> None:
    lock, is_interrupted = Lock(name="mine"), threading.Event()

    def interrupt() -> None:
        # One that comes right before the thread blocks is noticed only with the next one.
        for _ in range(100):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            if is_interrupted.wait(0.5):
                break

    with holding(lock):
        helper = when_waiting(interrupt)
        with pytest.raises(KeyboardInterrupt) as caught:
            lock.acquire()
        is_interrupted.set()
        helper.join()
    assert len(caught.traceback) == 1
    [gave_up] = bodies(home, "timed_out")
    assert gave_up["is_cancelled"] is True
    with lock:
        pass


def test_a_signal_handler_may_use_locks_while_the_thread_waits(home: Path) -> None:
    lock, other = Lock(name="mine"), Lock(name="other")
    came = []

    def handle(*_: object) -> None:
        with other:
            came.append(1)

    before = signal.signal(signal.SIGUSR2, handle)
    try:
        with holding(lock) as may_go:

            def interrupt() -> None:
                os.kill(os.getpid(), signal.SIGUSR2)
                may_go.set()

            helper = when_waiting(interrupt)
            with lock:
                helper.join()
    finally:
        signal.signal(signal.SIGUSR2, before)
    assert came == [1]
    assert ("acquired", "other", "MainThread") in told(home, "other")


@pytest.mark.parametrize("is_used", [False, True])
def test_a_reentrant_lock_is_one_hold_however_often_it_is_taken(
    is_used: bool,  # noqa: FBT001 - a case
    home: Path,
) -> None:
    outer, inner = RLock(name="outer"), Lock(name="inner")
    if is_used:
        use_up(outer)
        use_up(inner)
    with outer, inner, outer:
        assert outer._is_owned()  # noqa: SLF001 - as conditions ask it
        assert outer._recursion_count() == 2  # noqa: SLF001 - see above
    assert not outer._is_owned()  # noqa: SLF001 - see above
    orders = [body.get("held") for body in bodies(home, "acquired", "outer")]
    assert all(not held for held in orders)
    assert ["outer"] in [body.get("held") for body in bodies(home, "acquired", "inner")]


def test_the_order_in_which_locks_are_taken_is_told_when_it_is_news(home: Path) -> None:
    one, two, three = Lock(name="one"), Lock(name="two"), Lock(name="three")
    for lock in (one, two, three):
        use_up(lock)
    before = len(told(home))
    for _ in range(3):
        with one, two:
            pass
    with one, three, two:
        pass
    with two:
        pass
    tell = bodies(home, "acquired")[3 * LOCK_USES_TOLD_MAX :]
    assert [(body["lock"], body["held"]) for body in tell] == [
        ("two", ["one"]),
        ("three", ["one"]),
        ("two", ["one", "three"]),
    ]
    assert len(told(home)) - before == 3


def test_locks_may_be_let_go_of_in_any_order(home: Path) -> None:
    one, two, three = Lock(name="one"), Lock(name="two"), Lock(name="three")
    for lock in (one, two, three):
        use_up(lock)
    one.acquire()
    two.acquire()
    one.release()
    three.acquire()
    two.release()
    three.release()
    held = [body.get("held", []) for body in bodies(home, "acquired", "three")]
    assert held[LOCK_USES_TOLD_MAX:] == [["two"]]


def test_a_lock_may_be_let_go_of_by_another_thread(home: Path) -> None:
    lock = Lock(name="mine")
    lock.acquire()
    with thread(lock.release):
        pass
    assert lock.acquire(timeout=5)
    lock.release()
    assert [kind for kind, _, _ in told(home)] == ["acquired", "released"] * 2


def test_in_a_forked_child_a_lock_can_be_made_free_again() -> None:
    lock = Lock(name="mine")
    with holding(lock):
        pid = os.fork()
        if pid == 0:
            lock._at_fork_reinit()  # noqa: SLF001 - as the standard library does
            os._exit(0 if lock.acquire(timeout=5) else 1)
        assert os.waitpid(pid, 0)[1] == 0
