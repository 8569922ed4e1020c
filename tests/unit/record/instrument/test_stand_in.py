from __future__ import annotations

import sys
from pathlib import Path

import pytest

from running import environment, run

PROGRAM = """
import sys, traceback
from backtrail.record.instrument.stand_in import let_run, open_memory

def told():
    print(sys._getframe().f_back.f_code.co_name, len(traceback.extract_stack()))

def fails():
    1 / 0

memory = open_memory()
code = compile({source!r}, "other.py", "exec")
depth = sys.getrecursionlimit()
print(let_run(memory, code, {function}))
try:
    exec(code, {{"told": told}})
except ZeroDivisionError as error:
    print([frame.name for frame in traceback.extract_tb(error.__traceback__)])
print(sys.getrecursionlimit() == depth)
"""


def ran(source: str, function: str, folder: Path) -> list[str]:
    text = PROGRAM.format(source=source, function=function)
    done = run(sys.executable, "-X", "dev", "-c", text, cwd=folder, env=environment())
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


def test_a_function_runs_in_place_of_code_and_the_call_is_on_no_stack(tmp_path: Path) -> None:
    assert ran("print('never', 'never')\n", "told", tmp_path) == ["True", "<module> 2", "True"]


def test_what_it_raises_has_no_frame_of_the_code_in_its_traceback(tmp_path: Path) -> None:
    source = "try:\n    print('never', 'never')\nexcept ZeroDivisionError:\n    print('nor this')\n"
    assert ran(source, "fails", tmp_path) == ["True", "['<module>', 'fails']", "True"]


def test_code_that_begins_with_cells_can_be_exchanged(tmp_path: Path) -> None:
    source = "[lambda: n for n in (1, 2)]\nprint('never', 'never')\n"
    assert ran(source, "told", tmp_path) == ["True", "<module> 2", "True"]


@pytest.mark.parametrize("source", ["", "pass\n", "x = 1\n"])
def test_code_that_is_too_short_for_a_call_stays_as_it_is(source: str, tmp_path: Path) -> None:
    assert ran(source, "told", tmp_path) == ["False", "True"]
