"""What older systems promised of a linked trace and did not keep: L2-L4, L6, L7, L9.

`docs/promises.md` lists the promises; each test names the one that it holds.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from running import BACKTRAIL, RUN, environment, project, run

Json = dict[str, Any]

DEPOT = """
import logging
import sys
import threading

import backtrail

PRICE = {"good": 30, "bad": None}[sys.argv[1]]
log = logging.getLogger("depot")
stock = {"kettle": 5}
north, south = threading.Lock(), threading.Lock()
has_first, has_second = threading.Event(), threading.Event()


def carry():
    with north:
        has_first.set()
        has_second.wait()
        if south.acquire(timeout=0.2):
            south.release()


def fetch():
    has_first.wait()
    with south:
        has_second.set()
        with north:
            pass


def ask(question):
    backtrail.record_llm_call(
        model="small",
        provider="local",
        messages=[{"role": "user", "content": question}],
        text=f"The price is {PRICE}.",
    )
    return PRICE


with backtrail.trace_span("restock", wing=2):
    with backtrail.trace_span("load stock"):
        log.warning("stock is %s", stock["kettle"])
        with backtrail.track_state(stock, "stock"):
            stock["pan"] = 1
    with backtrail.trace_span("carry"):
        threads = [
            threading.Thread(target=carry, name="carrier"),
            threading.Thread(target=fetch, name="fetcher"),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with backtrail.trace_span("ask price"):
        price = ask("What does a kettle cost?")
    if PRICE is None:
        sum([price])
"""


def ask(folder: Path, *arguments: str) -> Any:
    """Return what a command says with `--json`."""
    done = run(*BACKTRAIL, *arguments, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def say(folder: Path, *arguments: str) -> str:
    """Return what a command prints."""
    done = run(*BACKTRAIL, *arguments, cwd=folder, env=environment(COLUMNS="110"))
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A project with a run that went well and one that failed, and the ids of both."""
    folder = project(tmp_path_factory.mktemp("depot"))
    (folder / "depot.py").write_text(DEPOT)
    codes = [
        run(
            *RUN, "--locks", "--name", "restock", "--session", "night", "--", "python", "depot.py",
            how, cwd=folder,
        ).returncode
        for how in ("good", "bad")
    ]  # fmt: skip
    assert codes == [0, 1]
    bad, good = (trace["trace_id"] for trace in ask(folder, "ls")["traces"])
    return folder, good, bad


@pytest.mark.promise("L2")
def test_lock_events_have_their_waits_and_holds_and_a_timeline(
    depot: tuple[Path, str, str],
) -> None:
    folder, good, _ = depot
    told = ask(folder, "locks", good)
    steps = {(step["owner"], step["what"], step["outcome"]) for step in told["steps"]}
    assert ("carrier", "hold", "released") in steps
    assert ("carrier", "wait", "timed_out") in steps
    assert ("fetcher", "wait", "acquired") in steps
    waits = [step["took_ms"] for step in told["steps"] if step["what"] == "wait"]
    holds = [step["took_ms"] for step in told["steps"] if step["what"] == "hold"]
    assert max(waits) > 150
    assert max(holds) > 150
    page = say(folder, "locks", good)
    assert "taken in conflicting orders: depot.py:" in page
    assert re.search(r"carrier +held +depot\.py:\d+.* ms  +█+", page)
    assert "░░░" in page


@pytest.mark.promise("L3")
def test_spans_nest_have_attributes_and_break_the_time_down(depot: tuple[Path, str, str]) -> None:
    folder, good, _ = depot
    outline = ask(folder, "show", good)["outline"]
    assert [(row["name"], row["depth"]) for row in outline] == [
        ("restock", 0), ("load stock", 1), ("carry", 1), ("ask price", 1),
    ]  # fmt: skip
    assert outline[0]["attributes"] == {"wing": 2}
    told = ask(folder, "perf", good)
    times = {one["name"]: one for one in told["spans"]}
    inside = sum(times[name]["total_ms"] for name in ("load stock", "carry", "ask price"))
    assert times["restock"]["total_ms"] == pytest.approx(
        inside + times["restock"]["self_ms"], abs=0.01
    )
    assert {"restock", "carry"} <= {step["name"] for step in told["critical_path"]["steps"]}
    assert re.search(r"carry +1 .*%", say(folder, "perf", good))


@pytest.mark.promise("L4")
def test_one_id_shows_all_that_is_linked(depot: tuple[Path, str, str]) -> None:
    folder, _, bad = depot
    told = ask(folder, "show", bad)
    assert told["trace_id"] == bad
    assert "TypeError" in {error["type"] for error in told["errors"]}
    assert [call["text"] for call in told["llm"]["calls"]] == ["The price is None."]
    assert [change["name"] for change in told["state"]["changes"]] == ["stock"]
    assert told["locks"]["steps"]
    assert any(line["text"] == "WARNING depot: stock is 5" for line in told["events"])
    page = say(folder, "show", bad)
    for part in ("TypeError", "calls (1 to models)", "state changes (1)", "locks (2)", "outline"):
        assert part in page, part


@pytest.mark.promise("L6")
def test_all_can_be_had_as_files_of_a_session(depot: tuple[Path, str, str]) -> None:
    folder, good, bad = depot
    say(folder, "export", "--all", "--layout", "files", "-o", "out")
    night = folder / "out" / "night"
    log = [json.loads(line) for line in (night / "log.jsonl").read_text().splitlines()]
    assert {line["trace_id"] for line in log} == {good, bad}
    assert len(list((night / "llm_transcripts").iterdir())) == 2
    assert len(list((night / "errors").iterdir())) >= 1
    (diff, *_) = [json.loads(path.read_text()) for path in (night / "diffs").iterdir()]
    assert diff["edits"] == [
        {"op": "add", "path": "/pan", "before": None, "after": 1, "source": None}
    ]
    times = [json.loads(line) for line in (night / "performance.jsonl").read_text().splitlines()]
    assert {"restock", "ask price"} <= {one["name"] for one in times if one["sort"] == "span"}


@pytest.mark.promise("L7")
def test_what_is_exported_goes_to_standard_output_as_json(depot: tuple[Path, str, str]) -> None:
    folder, _, bad = depot
    lines = [json.loads(line) for line in say(folder, "export", bad).splitlines()]
    assert {line["trace_id"] for line in lines} == {bad}
    assert ask(folder, "export", bad) == lines
    for command in ("perf", "locks", "llm", "state", "show"):
        assert ask(folder, command, bad)["trace_id"] == bad


@pytest.mark.promise("L9")
def test_two_runs_are_compared(depot: tuple[Path, str, str]) -> None:
    folder, good, bad = depot
    told = ask(folder, "diff", good, bad)
    assert told["is_same_operation"] is True
    first = told["first_divergence"]
    assert (first["what"], first["path"]) == ("changed", "text")
    assert (first["left_value"], first["right_value"]) == (
        "The price is 30.", "The price is None.",
    )  # fmt: skip
    assert "TypeError" in " ".join(step["text"] for step in told["extra"])
    assert "first difference" in say(folder, "diff", good, bad)
