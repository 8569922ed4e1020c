from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from backtrail.record import guard, switch
from backtrail.record.effects import audit
from running import RUN, journal, of_kind, project, run

EVENT = "tests.happened"


@pytest.fixture(autouse=True)
def unheard() -> Iterator[None]:
    guard.lost.clear()
    yield
    audit.ignore(EVENT, "tests.other", "sys.addaudithook")
    guard.lost.clear()


def test_a_handler_hears_what_happened_and_which_frame_did_it() -> None:
    heard: list[object] = []

    def handler(arguments: audit.Arguments, frame: FrameType | None) -> None:
        heard.append((arguments, frame))

    audit.listen(EVENT, handler)
    sys.audit(EVENT, 1, "two")
    sys.audit("tests.other", 3)
    assert heard == [((1, "two"), inspect.currentframe())]


def test_an_event_that_is_ignored_again_is_not_heard() -> None:
    heard: list[object] = []
    audit.listen_plainly(EVENT, heard.append)
    sys.audit(EVENT, 1)
    audit.ignore(EVENT)
    sys.audit(EVENT, 2)
    assert heard == [(1,)]


def test_there_is_one_hook_however_many_listen() -> None:
    audit.listen_plainly(EVENT, lambda _: None)
    hooks: list[object] = []
    audit.listen_plainly("sys.addaudithook", hooks.append)
    audit.ignore(EVENT)
    audit.listen_plainly(EVENT, lambda _: None)
    assert hooks == []
    sys.audit("sys.addaudithook")
    assert hooks == [()]


def test_what_a_handler_does_itself_is_not_heard() -> None:
    heard: list[object] = []

    def handler(arguments: audit.Arguments, _frame: FrameType | None) -> None:
        heard.append(arguments)
        sys.audit(EVENT, "inner")

    audit.listen(EVENT, handler)
    sys.audit(EVENT, "outer")
    assert heard == [("outer",)]
    with audit.Quiet():
        sys.audit(EVENT, "quiet")
        audit.quietly("tests", heard.append, "never")
    assert audit.quietly("tests", sys.audit, EVENT, "ours") is None
    assert heard == [("outer",)]
    sys.audit(EVENT, "outer again")
    assert heard == [("outer",), ("outer again",)]


def test_a_handler_that_breaks_is_counted_and_reaches_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "is_strict", False)

    def handler(_arguments: audit.Arguments, _frame: FrameType | None) -> None:
        raise LookupError

    audit.listen(EVENT, handler)
    sys.audit(EVENT)
    assert audit.quietly("tests", handler, (), None) is None
    assert guard.lost == {f"broke: {EVENT}: LookupError": 1, "broke: tests: LookupError": 1}


def test_nothing_is_heard_while_recording_is_off() -> None:
    heard: list[object] = []
    audit.listen(EVENT, lambda arguments, _: heard.append(arguments))
    switch.disable()
    try:
        sys.audit(EVENT, "off")
        audit.quietly("tests", heard.append, "off")
    finally:
        switch.enable()
    sys.audit(EVENT, "on")
    assert heard == [("on",)]


def test_a_child_that_is_forked_amid_a_handler_hears_on(tmp_path: Path) -> None:
    heard: list[object] = []

    def handler(arguments: audit.Arguments, _frame: FrameType | None) -> None:
        heard.append(arguments)
        if arguments == ("fork",) and os.fork() == 0:
            sys.audit(EVENT, "child")
            (tmp_path / "heard").write_text(repr(heard))
            os._exit(0)

    audit.listen(EVENT, handler)
    sys.audit(EVENT, "fork")
    os.wait()
    assert (tmp_path / "heard").read_text() == "[('fork',), ('child',)]"


LAST = """
import os, sys, threading
class Last:
    def __del__(self, open=open, write=os.write, path=sys.argv[1]):
        open(path, "a").close()
        write(1, b"closed ")
last = Last()
last.itself = last
threads = [threading.Thread(target=Last().__del__) for _ in range(3)]
for thread in threads:
    thread.start()
"""


def test_a_program_ends_as_ever_with_files_opened_in_its_last_moments(tmp_path: Path) -> None:
    program = project(tmp_path) / "last.py"
    program.write_text(LAST)
    plain = run("python", program, tmp_path / "file", cwd=tmp_path)
    recorded = run(*RUN, "--", "python", program, tmp_path / "file", cwd=tmp_path)
    assert plain.stdout.count(b"closed") > 6
    assert (recorded.returncode, recorded.stdout) == (0, plain.stdout)
    assert recorded.stderr.count(b"\n") == plain.stderr.count(b"\n")
    assert of_kind(journal(tmp_path), "file.opened")
