"""Each program runs twice, without and with hooks: what it shows must be the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from recorded import events

SETUP = """
import json, sys
from backtrail.record.attach import hooks

known = []

def note(error, *, mechanism, is_handled=False, state=None):
    if any(error is one for one in known):
        return
    known.append(error)
    frames, at = [], error.__traceback__
    while at is not None:
        frames.append(at.tb_frame.f_code.co_name)
        at = at.tb_next
    with open({seen!r}, "a") as out:
        out.write(json.dumps([type(error).__name__, mechanism, is_handled, frames[-1:]]) + "\\n")

hooks.capture_exception = note
hooks.install_hooks()
"""


def ends(program: str, folder: Path) -> tuple[list[Any], list[Any]]:
    """Run a program without and with hooks; return how both ended, and what was recorded."""
    seen = folder / "seen.jsonl"
    setup = folder / "usersetup.py"
    results = []
    for text in ("", SETUP.format(seen=str(seen))):
        setup.write_text(text)
        script = folder / "program.py"
        script.write_text("import usersetup\n" + program)
        done = subprocess.run(
            [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=60
        )
        shown = re.sub("0x[0-9a-f]+", "0x", done.stderr)
        results.append([done.returncode, done.stdout, shown])
    assert results[0] == results[1]
    recorded = seen.read_text().splitlines() if seen.exists() else []
    return results[1], [json.loads(line) for line in recorded]


FAIL = """
def fail(*_):
    raise ValueError("no luck")

"""

RECORDED = {
    "main": (FAIL + "fail()", ["ValueError", "uncaught", False, ["fail"]]),
    "interrupt": (
        "def wait():\n    raise KeyboardInterrupt\nwait()",
        ["KeyboardInterrupt", "uncaught", False, ["wait"]],
    ),
    "hook of the program": (
        FAIL + "import sys\nsys.excepthook = lambda *_: print('mine')\nfail()",
        ["ValueError", "uncaught", False, ["fail"]],
    ),
    "hook that calls the one before": (
        FAIL
        + "import sys\nbefore = sys.excepthook\n"
        + "sys.excepthook = lambda *error: before(*error)\nfail()",
        ["ValueError", "uncaught", False, ["fail"]],
    ),
    "hook that fails": (
        FAIL + "import sys\nsys.excepthook = lambda *_: 1 / 0\nfail()",
        ["ValueError", "uncaught", False, ["fail"]],
    ),
    "error that lies about its class": (
        (
            "class Liar(ValueError):\n    @property\n    def __class__(self):\n"
            "        raise RuntimeError('do not ask')\n"
            "def fail():\n    raise Liar\nfail()"
        ),
        ["Liar", "uncaught", False, ["fail"]],
    ),
    "thread": (
        FAIL
        + "import threading\nthread = threading.Thread(target=fail)\nthread.start()\nthread.join()",
        ["ValueError", "thread", False, ["fail"]],
    ),
    "thread with a hook of the program": (
        FAIL
        + "import threading\nthreading.excepthook = lambda args: print(args.thread.name)\n"
        + "thread = threading.Thread(target=fail, name='mine')\nthread.start()\nthread.join()",
        ["ValueError", "thread", False, ["fail"]],
    ),
    "raw thread": (
        FAIL
        + "import _thread, sys\n"
        + "class Seen:\n    text = ''\n    def write(self, text):\n"
        + "        self.text += text\n        return sys.__stderr__.write(text)\n"
        + "    def flush(self):\n        sys.__stderr__.flush()\n"
        + "sys.stderr = Seen()\n_thread.start_new_thread(fail, ())\n"
        + "while not sys.stderr.text.endswith('Error: no luck\\n'): pass",
        ["ValueError", "thread", False, ["fail"]],
    ),
    "task": (
        FAIL
        + "import asyncio, gc\n"
        + "async def work():\n    fail()\n"
        + "async def main():\n    asyncio.create_task(work(), name='mine')\n"
        + "    await asyncio.sleep(0)\n    await asyncio.sleep(0)\n    gc.collect()\n"
        + "asyncio.run(main())",
        ["ValueError", "task", False, ["fail"]],
    ),
    "callback": (
        FAIL
        + "import asyncio\n"
        + "async def main():\n    asyncio.get_running_loop().call_soon(fail)\n"
        + "    await asyncio.sleep(0)\n    await asyncio.sleep(0)\n"
        + "asyncio.run(main())",
        ["ValueError", "task", False, ["fail"]],
    ),
    "callback with a handler of the program": (
        FAIL
        + "import asyncio\n"
        + "async def main():\n    loop = asyncio.get_running_loop()\n"
        + "    loop.set_exception_handler(lambda _, context: print(context['exception']))\n"
        + "    loop.call_soon(fail)\n"
        + "    await asyncio.sleep(0)\n    await asyncio.sleep(0)\n"
        + "asyncio.run(main())",
        ["ValueError", "task", False, ["fail"]],
    ),
    "finalizer": (
        (
            "class Fragile:\n    def __del__(self):\n        raise ValueError('no luck')\n"
            "Fragile()\nprint('went on')"
        ),
        ["ValueError", "unraisable", False, ["__del__"]],
    ),
    "exit callback": (
        FAIL + "import atexit\natexit.register(fail)",
        ["ValueError", "unraisable", False, ["fail"]],
    ),
    "process": (
        FAIL
        + "import multiprocessing\n"
        + "process = multiprocessing.get_context('fork').Process(target=fail, name='mine')\n"
        + "process.start()\nprocess.join()\nprint(process.exitcode)",
        ["ValueError", "uncaught", False, ["fail"]],
    ),
}


@pytest.mark.parametrize("name", RECORDED)
def test_what_nobody_catches_is_recorded_and_shown_as_ever(name: str, tmp_path: Path) -> None:
    program, expected = RECORDED[name]
    _, recorded = ends(program, tmp_path)
    assert recorded == [expected]


QUIET = {
    "exit": "import sys\nsys.exit(3)",
    "exit with a text": "raise SystemExit('bye')",
    "exit of a thread": (
        "import sys, threading\nthread = threading.Thread(target=sys.exit)\n"
        "thread.start()\nthread.join()"
    ),
    "exit of a process": (
        "import multiprocessing, sys\n"
        "process = multiprocessing.get_context('fork').Process(target=sys.exit, args=(4,))\n"
        "process.start()\nprocess.join()\nprint(process.exitcode)"
    ),
    "caught": FAIL + "try:\n    fail()\nexcept ValueError:\n    print('caught')",
    "left behind by a test runner": (
        FAIL
        + "import sys\ntry:\n    fail()\nexcept ValueError as error:\n    sys.last_value = error"
    ),
    "retrieved": (
        FAIL
        + "import asyncio\nasync def work():\n    fail()\n"
        + "async def main():\n    await asyncio.gather(work(), return_exceptions=True)\n"
        + "asyncio.run(main())"
    ),
    "cancelled": (
        "import asyncio\nasync def main():\n    task = asyncio.create_task(asyncio.sleep(60))\n"
        "    await asyncio.sleep(0)\n    task.cancel()\n    await asyncio.sleep(0)\n"
        "asyncio.run(main())"
    ),
    "hook taken off": FAIL + "import usersetup, sys\nsys.last_value = None\n",
}


@pytest.mark.parametrize("name", QUIET)
def test_what_is_no_error_is_not_recorded(name: str, tmp_path: Path) -> None:
    _, recorded = ends(QUIET[name], tmp_path)
    assert recorded == []


def test_hooks_that_are_removed_are_gone(tmp_path: Path) -> None:
    program = (
        "import sys\nhooks = sys.modules.get('backtrail.record.attach.hooks')\n"
        "hooks and hooks.remove_hooks()\n"
        "assert sys.excepthook is sys.__excepthook__\n"
        "assert sys.unraisablehook is sys.__unraisablehook__\n" + FAIL + "fail()"
    )
    (code, _, errors), recorded = ends(program, tmp_path)
    assert (code, errors.count("no luck"), recorded) == (1, 2, [])
    assert "AssertionError" not in errors


def test_a_recorder_that_breaks_is_counted_and_the_error_is_shown_all_the_same(
    tmp_path: Path,
) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import sys\nfrom backtrail.record import guard\nguard.is_strict = False\n"
        "from backtrail.record.attach import hooks\n"
        "hooks.capture_exception = lambda *_, **__: 1 / 0\nhooks.install_hooks()\n"
        "import atexit\natexit.register(lambda: print(guard.lost))\n"
        "raise ValueError('no luck')"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    assert done.stderr.endswith("ValueError: no luck\n")
    assert "ZeroDivisionError" not in done.stderr
    assert done.stdout == "{'broke: hook: ZeroDivisionError': 1}\n"


def test_an_error_of_a_callback_is_recorded_in_the_context_in_which_it_ran(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import asyncio, contextvars\nfrom backtrail.record.attach import hooks\n"
        "place = contextvars.ContextVar('place', default='outside')\n"
        "hooks.capture_exception = lambda *_, **__: print(place.get())\nhooks.install_hooks()\n"
        "async def main():\n"
        "    inside = contextvars.copy_context()\n    inside.run(place.set, 'inside')\n"
        "    asyncio.get_running_loop().call_soon(lambda: 1 / 0, context=inside)\n"
        "    await asyncio.sleep(0)\n    await asyncio.sleep(0)\n"
        "asyncio.run(main())"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "inside\n"


WORK = """
import multiprocessing, sys
import backtrail

backtrail.start()

def work(is_good):
    backtrail.debug("work", is_good=is_good)
    return is_good or sys.exit(3)

if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        for is_good in (True, False):
            process = context.Process(target=work, args=(is_good,))
            process.start()
            process.join()
        with context.Pool(1) as pool:
            pool.map(work, [True])
            pool.close()
            pool.join()
"""


def test_processes_that_end_well_say_so_however_they_were_started(tmp_path: Path) -> None:
    program, home = tmp_path / "program.py", tmp_path / ".backtrail"
    program.write_text(WORK)
    environ = {**os.environ, "BACKTRAIL_DIR": str(home), "BACKTRAIL_STRICT": "1"}
    done = subprocess.run([sys.executable, program], env=environ, timeout=100, check=True)
    assert done.returncode == 0
    recorded = events(home)
    worked = [event.process for event in recorded if event.kind == "debug.recorded"]
    ended = [event.process for event in recorded if event.kind == "process.ended"]
    assert len(worked) == 9
    assert len(ended) == len(set(ended))
    assert set(worked) <= set(ended)
    for process in worked:
        kinds = [event.kind for event in recorded if event.process == process]
        assert kinds[-1] == "process.ended"
