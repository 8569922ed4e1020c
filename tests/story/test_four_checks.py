"""The four checks by which the linked trace was to be called done, as one run of one program.

An error keeps the variables of the frame that failed; updates of many threads and processes at
once lose nothing, and every wait is seen; spans nest and say where the time went; and one id shows
all of it, linked. `docs/promises.md` has them one by one, as L1 to L4.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from running import BACKTRAIL, RUN, project, run

WORKERS, UPDATES = 4, 25

PROGRAM = f"""
import json, logging, multiprocessing, pathlib, threading
import backtrail

log = logging.getLogger("bank")
BOOK = pathlib.Path("book.json")


def deposit(name):
    lock = backtrail.FileLock("book.lock", name="book")
    for _ in range({UPDATES}):
        with lock:
            book = json.loads(BOOK.read_text())
            book["balance"] += 1
            BOOK.write_text(json.dumps(book))


def count(tally, lock):
    for _ in range({UPDATES}):
        with lock:
            tally["count"] = tally["count"] + 1


def settle(account, rates):
    rate = rates[account["currency"]]
    return account["balance"] * rate


def main():
    BOOK.write_text('{{"balance": 0}}')
    with backtrail.trace_span("close the day", branch=7):
        with backtrail.trace_span("deposits"):
            workers = [multiprocessing.Process(target=deposit, args=(n,)) for n in range({WORKERS})]
            [worker.start() for worker in workers]
            [worker.join() for worker in workers]
        tally, lock = {{"count": 0}}, backtrail.Lock(name="tally")
        with backtrail.trace_span("tally"):
            threads = [
                threading.Thread(target=count, args=(tally, lock)) for _ in range({WORKERS})
            ]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
        log.warning("counted %d", tally["count"])
        with backtrail.track_state(tally, "tally"):
            tally["is_closed"] = True
        backtrail.record_llm_call(model="small", text="settle in DKK", provider="local")
        balance = json.loads(BOOK.read_text())["balance"]
        print(balance, tally["count"], flush=True)
        settle({{"balance": balance, "currency": "DKK"}}, {{"EUR": 1.0}})


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    main()
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project in which the program failed once, and what it printed."""
    folder = project(tmp_path_factory.mktemp("bank"))
    (folder / "bank.py").write_text(PROGRAM)
    done = run(*RUN, "--", "python", "bank.py", cwd=folder)
    assert done.returncode == 1, done.stderr.decode()
    return folder, done.stdout.decode()


def told(folder: Path, *command: str) -> Any:
    done = run(*BACKTRAIL, *command, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_the_four_checks_of_the_linked_trace(bank: tuple[Path, str]) -> None:
    folder, printed = bank
    story = told(folder, "show", "latest", "--all")
    an_error_keeps_the_variables_of_the_frame_that_failed(story)
    updates_at_once_lose_nothing_and_waits_are_seen(printed, told(folder, "locks", "latest"))
    spans_nest_and_say_where_the_time_went(story, told(folder, "perf", "latest"))
    one_id_shows_all_of_it(folder, story)


def an_error_keeps_the_variables_of_the_frame_that_failed(story: Any) -> None:
    error = story["errors"][0]
    assert (error["type"], error["function"]) == ("KeyError", "settle")
    assert error["locals"] == {
        "account": {"balance": WORKERS * UPDATES, "currency": "DKK"},
        "rates": {"EUR": 1.0},
    }
    assert [frame["function"] for frame in error["frames"]] == ["settle", "main", "<module>"]


def updates_at_once_lose_nothing_and_waits_are_seen(printed: str, locks: Any) -> None:
    assert printed.split() == [str(WORKERS * UPDATES)] * 2
    used = {row["lock"]: row for row in locks["locks"]}
    assert used["book"]["acquired"] == WORKERS * UPDATES
    assert used["book"]["contended"] > 0
    assert used["tally"]["acquired"] == WORKERS * UPDATES
    assert locks["deadlocks"] == []


def spans_nest_and_say_where_the_time_went(story: Any, perf: Any) -> None:
    spans = {row["name"]: row for row in story["outline"]}
    assert spans["close the day"]["depth"] == 0
    assert spans["close the day"]["attributes"] == {"branch": 7}
    assert spans["deposits"]["depth"] == spans["tally"]["depth"] == 1
    assert spans["close the day"]["status"] == "error"
    by_name = {row["name"]: row for row in perf["spans"]}
    outer = by_name["close the day"]
    inner = by_name["deposits"]["total_ms"] + by_name["tally"]["total_ms"]
    assert outer["self_ms"] <= outer["total_ms"] - inner + 1
    assert by_name["deposits"]["total_ms"] <= outer["total_ms"]


def one_id_shows_all_of_it(folder: Path, story: Any) -> None:
    lines = run(*BACKTRAIL, "export", "latest", cwd=folder).stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert {event["trace_id"] for event in events} == {story["trace_id"]}
    kinds = {event["kind"] for event in events}
    linked = {"error.raised", "log.emitted", "llm.called", "state.changed", "span.ended"}
    assert linked <= kinds
    assert len({event["process"] for event in events if event["kind"] == "lock.acquired"}) > 1
    of_error = told(folder, "show", story["errors"][0]["error_id"])
    assert of_error["trace_id"] == story["trace_id"]
