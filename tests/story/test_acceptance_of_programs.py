"""Acceptance checks 3, 6 and 8: programs whose disk is full, that fan out, that die.

`docs/acceptance.md` lists the checks; each test names the one that it is of.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from running import BACKTRAIL, RUN, environment, journal, of_kind, project, run

Json = dict[str, Any]

WORK = """
import sys
import backtrail
from backtrail.record import guard

debug = backtrail.get_debugger("shop")
for number in range(60_000):
    debug("take_step", number=number)
print("went on to the end")
print("lost", guard.lost["event not written"], file=sys.stderr)
"""
MOUNT = 'mount -t tmpfs -o {options} none "$0" && cd "$0" && exec "$@"'


def mounted(folder: Path, options: str, *command: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a file system of its own that is as the options say."""
    shell = ["sh", "-c", MOUNT.format(options=options), folder]
    env = environment(BACKTRAIL_DIR=str(folder / ".backtrail"))
    return run("unshare", "-r", "-m", *shell, *command, cwd=folder, env=env)


@pytest.mark.acceptance(3)
@pytest.mark.parametrize("options", ["size=2m", "ro"], ids=["disk full", "read-only"])
def test_a_program_that_cannot_be_recorded_goes_on_and_counts_what_is_lost(
    tmp_path: Path, options: str
) -> None:
    done = mounted(tmp_path, options, sys.executable, "-c", WORK)
    assert (done.returncode, done.stdout) == (0, b"went on to the end\n")
    word, _, lost = done.stderr.decode().partition(" ")
    assert (word, int(lost) > 0) == ("lost", True)


@pytest.mark.acceptance(3)
def test_a_deleted_directory_is_made_again_and_the_doctor_says_what_was_lost(
    tmp_path: Path,
) -> None:
    program = """
import shutil, backtrail
backtrail.debug("take_step", number=0)
shutil.rmtree(".backtrail")
for number in range(20_000):
    backtrail.debug("take_step", number=number)
print("went on to the end")
"""
    project(tmp_path)
    done = run(sys.executable, "-c", program, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"went on to the end\n", b"")
    assert of_kind(journal(tmp_path), "debug.recorded")[-1]["attributes"] == {"number": 19_999}
    told = run(*BACKTRAIL, "doctor", "--json", cwd=tmp_path)
    found = [finding["evidence"] for finding in json.loads(told.stdout)["findings"]]
    assert [text for text in found if text.startswith("segment deleted while recording")]


@pytest.mark.acceptance(3)
def test_a_forked_child_and_its_parent_both_go_on(tmp_path: Path) -> None:
    program = """
import os, backtrail
backtrail.debug("take_step", who="before")
child = os.fork()
for number in range(1_000):
    backtrail.debug("take_step", who="parent" if child else "child", number=number)
if child:
    assert os.waitpid(child, 0)[1] == 0
    print("went on to the end")
"""
    project(tmp_path)
    done = run(sys.executable, "-W", "ignore", "-c", program, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"went on to the end\n", b"")
    steps = [event["attributes"] for event in of_kind(journal(tmp_path), "debug.recorded")]
    for who in ("parent", "child"):
        assert [s["number"] for s in steps if s["who"] == who] == list(range(1_000))


@pytest.mark.acceptance(3)
def test_what_is_recorded_while_the_interpreter_shuts_down_harms_nothing(tmp_path: Path) -> None:
    program = """
import atexit, sys, threading, backtrail

class Late:
    def __del__(self):
        backtrail.debug("take_step", where="finalizer")
        with backtrail.trace_span("late"):
            pass

def for_ever():
    while True:
        backtrail.debug("take_step", where="daemon")

backtrail.debug("take_step", where="main")
atexit.register(backtrail.debug, "take_step", where="atexit")
held_by_the_module = Late()
sys.late = Late()
threading.Thread(target=for_ever, daemon=True).start()
print("went on to the end")
"""
    project(tmp_path)
    done = run(sys.executable, "-c", program, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"went on to the end\n", b"")
    where = {e["attributes"]["where"] for e in of_kind(journal(tmp_path), "debug.recorded")}
    assert {"main", "atexit", "daemon"} <= where


FANS_OUT = """
import asyncio, json, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
import backtrail
from backtrail import get_current_trace_id as here

CHILD = "import backtrail; print(backtrail.get_current_trace_id())"

async def soon():
    await asyncio.sleep(0)
    return here()

async def follow():
    return {
        "await": await soon(),
        "create_task": await asyncio.create_task(soon()),
        "thread pool": await asyncio.to_thread(here),
    }

def operation(name):
    with backtrail.start_operation_trace(name):
        seen = {"itself": here(), **asyncio.run(follow())}
        with ThreadPoolExecutor(2) as pool:
            seen["executor"] = pool.submit(here).result()
        child = [sys.executable, "-c", CHILD]
        seen["subprocess"] = subprocess.run(child, capture_output=True, text=True).stdout.strip()
        with backtrail.start_operation_trace(name + " inner"):
            inner = here()
        seen["after"] = here()
    return seen, inner

backtrail.start()
outside = here()
print(json.dumps({"outside": outside, "import": operation("import"), "bill": operation("bill")}))
"""


@pytest.fixture(scope="module")
def fanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Json]:
    """A program with two operations, each of which works in every way that Python has."""
    folder = project(tmp_path_factory.mktemp("fanned"))
    done = run(sys.executable, "-c", FANS_OUT, cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    said: Json = json.loads(done.stdout)
    return folder, said


@pytest.mark.acceptance(6)
def test_separate_operations_of_a_process_have_separate_ids(fanned: tuple[Path, Json]) -> None:
    said = fanned[1]
    ids = {said["outside"]}
    for name in ("import", "bill"):
        seen, inner = said[name]
        ids |= {seen["itself"], inner}
    assert len(ids) == 5


@pytest.mark.acceptance(6)
@pytest.mark.parametrize(
    "way", ["await", "create_task", "thread pool", "executor", "subprocess", "after"]
)
def test_the_id_follows_the_work(fanned: tuple[Path, Json], way: str) -> None:
    for name in ("import", "bill"):
        seen, _inner = fanned[1][name]
        assert seen[way] == seen["itself"]


@pytest.mark.acceptance(6)
def test_a_nested_operation_links_to_the_one_around_it(fanned: tuple[Path, Json]) -> None:
    folder, said = fanned
    for name in ("import", "bill"):
        seen, inner = said[name]
        for trace, parent in ((inner, seen["itself"]), (seen["itself"], said["outside"])):
            shown = json.loads(run(*BACKTRAIL, "show", trace, "--json", cwd=folder).stdout)
            (link,) = shown["links"]
            assert (link["relation"], link["trace_id"]) == ("child.of", parent)


@pytest.mark.acceptance(6)
def test_workers_of_pytest_xdist_are_in_the_trace_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_sample.py").write_text(
        "import os, backtrail, pytest\n"
        "@pytest.mark.parametrize('number', range(4))\n"
        "def test_of(number):\n"
        "    backtrail.debug('take_step', number=number, at=os.environ['PYTEST_XDIST_WORKER'])\n"
    )
    env = environment(PYTEST_ADDOPTS=None, PYTEST_PLUGINS=None)
    tests = ["python", "-m", "pytest", "-q", "-n2", "-p", "no:cacheprovider"]
    done = run(*RUN, "--", *tests, cwd=project(tmp_path), env=env)
    assert done.returncode == 0, done.stdout
    events = journal(tmp_path)
    steps = [event["attributes"] for event in of_kind(events, "debug.recorded")]
    assert sorted(step["number"] for step in steps) == [0, 1, 2, 3]
    assert {step["at"] for step in steps} == {"gw0", "gw1"}
    assert {event["trace"] for event in events} == {of_kind(events, "run.started")[0]["trace"]}


STEPS = """
import asyncio, os, signal, sys, threading
import backtrail

for number in range(100):
    backtrail.debug("take_step", number=number)

def fail(price):
    raise ValueError(f"no price {price}")

async def soon():
    fail(7)

async def in_a_task():
    task = asyncio.create_task(soon())
    while not task.done():
        await asyncio.sleep(0)

"""
DEATHS = {
    "unhandled exception": ("fail(7)", 1),
    "thread exception": ("t = threading.Thread(target=fail, args=[7]); t.start(); t.join()", 0),
    "asyncio task exception": ("asyncio.run(in_a_task())", 0),
    "SIGTERM": ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
    "os._exit": ("os._exit(7)", 7),
    "kill -9": ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
}  # fmt: skip


@pytest.mark.acceptance(8)
@pytest.mark.parametrize("death", DEATHS)
def test_however_a_program_dies_all_that_it_recorded_is_readable(
    tmp_path: Path, death: str
) -> None:
    last, code = DEATHS[death]
    (project(tmp_path) / "app.py").write_text(STEPS + last + "\n")
    done = run(*RUN, "--", "python", "app.py", cwd=tmp_path)
    assert done.returncode == code
    shown = json.loads(run(*BACKTRAIL, "show", "--json", "--events", "1000", cwd=tmp_path).stdout)
    steps = [e["body"]["attributes"] for e in shown["events"] if e["kind"] == "debug.recorded"]
    assert steps == [{"number": number} for number in range(100)]
    assert shown["lost"] == []
    if "exception" in death:
        (error,) = shown["errors"]
        assert (error["type"], error["function"]) == ("ValueError", "fail")
        assert error["locals"] == {"price": 7}
        assert not error["is_handled"]
        assert shown["status"] == "error"
    else:
        assert shown["errors"] == []
        assert shown["signal"] == (None if death == "os._exit" else signal.Signals(-code).name)
