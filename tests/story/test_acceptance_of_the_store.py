"""Acceptance checks 5, 12 and 13: contexts, holders of locks, two writers, two readers.

`docs/acceptance.md` lists the checks; each test names the one that it is of.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import backtrail
from backtrail.model.errors import EntryRuleError
from backtrail.record import guard
from builders import debugs, process_id, process_started, trace_id, write_segment
from recorded import entries, recording
from running import BACKTRAIL, environment, journal, of_kind, project, run, until

STEPS = """
import backtrail
for number in range(3_000):
    backtrail.debug("take_step", number=number)
"""
WRITES_THE_CATALOGUE = """
import sys
from pathlib import Path
from backtrail.store.catalog import Catalog
with Catalog.open(Path(".backtrail")) as catalog, catalog.writing():
    print("held", flush=True)
    sys.stdin.read()
"""
CLEANS_UP = """
import sys
from pathlib import Path
from backtrail.store.retention import exclusive
with exclusive(Path(".backtrail")):
    print("held", flush=True)
    sys.stdin.read()
"""
RECORDS = """
import sys, backtrail
backtrail.debug("take_step")
print("held", flush=True)
sys.stdin.read()
"""
IMPATIENT = """
from backtrail.model.limits import reading
reading.CATALOG_WAIT_S = 0.05
from backtrail.cli.main import main
main()
"""
"""The command line, without the patience that it has with others."""


def ask(folder: Path, *arguments: str) -> Any:
    """Return what a command says with `--json`."""
    done = run(*BACKTRAIL, *arguments, "--json", cwd=folder)
    assert done.returncode in {0, 1}, done.stderr.decode()
    return json.loads(done.stdout)


@contextmanager
def holding(folder: Path, program: str) -> Iterator[int]:
    """Run a program that holds something, by name `holder.py`; give its process id."""
    (folder / "holder.py").write_text(program)
    command = [sys.executable, "holder.py"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder.pid
        holder.communicate(b"")


@pytest.mark.acceptance(5)
def test_contexts_that_differ_in_a_slash_only_stay_apart(tmp_path: Path) -> None:
    with recording(tmp_path / "home"):
        for context in ("a/b", "a_b", "a.b", "A/b"):
            backtrail.get_debugger(context)("take_step", here=context)
        found = entries(tmp_path / "home")
    assert [(entry["context"], entry["attributes"]["here"]) for entry in found] == [
        (context, context) for context in ("a/b", "a_b", "a.b", "A/b")
    ]
    assert backtrail.get_debugger("a/b") is not backtrail.get_debugger("a_b")


@pytest.mark.acceptance(5)
@pytest.mark.parametrize("context", ["..", "../b", "a/../b", "a\\..\\b"])
def test_a_context_that_leads_out_of_its_folder_is_refused(tmp_path: Path, context: str) -> None:
    with recording(tmp_path / "home"), pytest.raises(EntryRuleError, match="leads out of"):
        backtrail.get_debugger(context)
    with recording(tmp_path / "home", strict=False):
        backtrail.get_debugger(context)("take_step")
        assert guard.lost["entry rule broken: context"] == 1
        (entry,) = entries(tmp_path / "home")
        assert ".." not in entry["context"].replace("\\", "/").split("/")
    assert {path.name for path in tmp_path.iterdir()} == {"home"}


@pytest.mark.acceptance(12)
@pytest.mark.acceptance(35)
def test_who_holds_the_catalogue_is_named_to_the_one_who_fails_to_get_it(tmp_path: Path) -> None:
    run(sys.executable, "-c", STEPS, cwd=project(tmp_path))
    with holding(tmp_path, WRITES_THE_CATALOGUE) as pid:
        refused = run(sys.executable, "-c", IMPATIENT, "ls", cwd=tmp_path)
    assert refused.returncode == 3
    said = refused.stderr.decode()
    assert f"process {pid} (python" in said
    assert "holder.py)" in said
    assert "hint: try again" in said
    assert run(*BACKTRAIL, "ls", cwd=tmp_path).returncode == 0, "it is free again"


@pytest.mark.acceptance(12)
@pytest.mark.parametrize("command", [["gc", "--max-traces", "0"], ["index", "--rebuild"]])
def test_who_cleans_up_is_named_to_the_next_who_would(tmp_path: Path, command: list[str]) -> None:
    run(sys.executable, "-c", STEPS, cwd=project(tmp_path))
    with holding(tmp_path, CLEANS_UP) as pid:
        refused = run(*BACKTRAIL, *command, cwd=tmp_path)
    assert refused.returncode == 3
    assert f"process {pid} (python" in refused.stderr.decode()
    assert run(*BACKTRAIL, *command, cwd=tmp_path).returncode == 0


@pytest.mark.acceptance(12)
def test_who_records_is_named_by_the_doctor_while_it_does(tmp_path: Path) -> None:
    with holding(project(tmp_path), RECORDS) as pid:
        during = run(*BACKTRAIL, "doctor", cwd=tmp_path).stdout.decode()
    after = run(*BACKTRAIL, "doctor", cwd=tmp_path).stdout.decode()
    assert f"process {pid} (python" in during
    assert "holder.py)" in during
    assert "holder.py" not in after


TWO_AT_ONCE = """
import threading
import backtrail

together = threading.Barrier(2)

def session(name):
    with backtrail.start_operation_trace(name):
        for number in range(500):
            if number % 50 == 0:
                together.wait()
            backtrail.debug("take_step", who=name, number=number)

both = [threading.Thread(target=session, args=[name]) for name in ("ada", "ben")]
for thread in both:
    thread.start()
for thread in both:
    thread.join()
"""


@pytest.mark.acceptance(13)
def test_of_two_sessions_in_one_process_no_line_crosses(tmp_path: Path) -> None:
    done = run(sys.executable, "-c", TWO_AT_ONCE, cwd=project(tmp_path))
    assert (done.returncode, done.stderr) == (0, b"")
    for name in ("ada", "ben"):
        (trace,) = ask(tmp_path, "ls", "--name", name)["traces"]
        lines = run(*BACKTRAIL, "export", trace["trace_id"], cwd=tmp_path).stdout.splitlines()
        events = [json.loads(line) for line in lines]
        steps = [e["body"]["attributes"] for e in events if e["kind"] == "debug.recorded"]
        assert steps == [{"who": name, "number": number} for number in range(500)]
        assert {event["trace_id"] for event in events} == {trace["trace_id"]}


@pytest.mark.acceptance(13)
def test_a_process_that_records_into_two_stores_mixes_nothing(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with recording(tmp_path / name, session=name):
            backtrail.debug("take_step", who=name)
    for name in ("one", "two"):
        assert [entry["attributes"] for entry in entries(tmp_path / name)] == [{"who": name}]


@pytest.mark.acceptance(13)
@pytest.mark.acceptance(35)
def test_the_index_is_right_when_several_processes_index_what_others_write(
    tmp_path: Path,
) -> None:
    def started(*command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL)

    project(tmp_path)
    writers = [started(sys.executable, "-c", STEPS) for _ in range(2)]
    indexers = [started(*BACKTRAIL, "index") for _ in range(3)]
    assert [process.wait(timeout=60) for process in writers + indexers] == [0] * 5
    indexed = ask(tmp_path, "ls")["traces"]
    assert [trace["events"] for trace in indexed] == [3_002, 3_002]
    ask(tmp_path, "index", "--rebuild")
    assert ask(tmp_path, "ls")["traces"] == indexed


@pytest.mark.acceptance(13)
def test_a_trace_whose_program_died_before_it_was_indexed_is_found(tmp_path: Path) -> None:
    dies = STEPS + "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"
    run(sys.executable, "-c", STEPS, cwd=project(tmp_path))
    first = ask(tmp_path, "ls")["traces"]
    assert run(sys.executable, "-c", dies, cwd=tmp_path).returncode == -signal.SIGKILL
    orphan, *known = ask(tmp_path, "ls")["traces"]
    assert known == first
    assert (orphan["status"], orphan["events"]) == ("unfinished", 3_001)


@pytest.mark.acceptance(13)
@pytest.mark.acceptance(35)
def test_an_indexer_that_is_killed_leaves_nothing_out(tmp_path: Path) -> None:
    home = project(tmp_path) / ".backtrail"
    for number in range(1, 9):
        trace = trace_id(number)
        write_segment(home, process_id(number), [process_started(trace), *debugs(trace, 20_000)])
    indexer = subprocess.Popen([*BACKTRAIL, "index"], cwd=tmp_path, env=environment())
    until((home / "catalog.db").exists)
    indexer.kill()
    indexer.wait()
    assert sorted(trace["events"] for trace in ask(tmp_path, "ls")["traces"]) == [20_001] * 8


@pytest.mark.acceptance(13)
def test_what_is_computed_can_be_lost_at_any_time(tmp_path: Path) -> None:
    program = STEPS + "raise KeyError('order')\n"
    (project(tmp_path) / "app.py").write_text(program)
    run(*BACKTRAIL, "run", "--", "python", "app.py", cwd=tmp_path)
    (error,) = ask(tmp_path, "errors")["errors"]
    traces = ask(tmp_path, "ls")
    shutil.rmtree(tmp_path / ".backtrail" / "errors")
    for path in (tmp_path / ".backtrail").glob("catalog.db*"):
        path.unlink()
    assert ask(tmp_path, "ls") == traces
    assert ask(tmp_path, "errors")["errors"] == [error]
    (raised,) = of_kind(journal(tmp_path), "error.raised")
    kept = json.loads((tmp_path / f".backtrail/errors/{error['error_id']}.json").read_bytes())
    assert kept["error_id"] == raised["error_id"]
