"""Programs that know nothing of us fail, and one command shows everything about it.

The cases and the rules of judgement are those of `tests/cases/failing/README.md`. Nothing here
knows any of them by name.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from running import BACKTRAIL, RUN, SECONDS_MAX, environment, run

CASES = Path(__file__).parents[1] / "cases" / "failing"
NAMES = sorted(path.parent.name for path in CASES.glob("*/expected.json"))
HISTORY = 20
TIMED_OUT = 124

Json = dict[str, Any]

AGAIN = 2
"""Times that a program is run once more, with and without us, where its outputs differ."""


class Case:
    """One program that was run plainly, then recorded, then shown."""

    def __init__(self, name: str, folder: Path) -> None:
        self.expected: Json = json.loads((CASES / name / "expected.json").read_text())
        self.env = environment(NO_PROXY="127.0.0.1", **self.expected.get("env", {}))
        command = self.expected["command"]
        is_hang = self.expected["exit_code"] is None
        options = ["--timeout", str(self.expected["timeout_s"])] if is_hang else []
        self.exit_code = TIMED_OUT if is_hang else self.expected["exit_code"]
        limit_s = self.expected.get("timeout_s")
        for number in range(1 + AGAIN):
            plain = self._copied(name, folder / f"plain{number}")
            self.plain_stdout = plainly(command, plain, self.env, limit_s)
            recorded = self._copied(name, folder / f"recorded{number}")
            (recorded / ".backtrail").mkdir()
            self.done = run(*RUN, *options, "--", *command, cwd=recorded, env=self.env)
            # Threads that race by the clock end otherwise when the machine's disk stalls.
            if self.done.stdout == self.plain_stdout:
                break
        shown = run(*BACKTRAIL, "show", "latest", "--json", cwd=recorded, env=self.env)
        assert shown.returncode == 0, shown.stderr.decode()
        self.shown: Json = json.loads(shown.stdout)

    def _copied(self, name: str, folder: Path) -> Path:
        kept_from_tool = shutil.ignore_patterns("expected.json", "__pycache__")
        return Path(shutil.copytree(CASES / name, folder, ignore=kept_from_tool))

    @property
    def errors(self) -> list[Json]:
        """The errors of the process that was started, without parts of another one."""
        first = self.shown["processes"][0]["process"]
        return [
            error
            for error in self.shown["errors"]
            if error["process"] == first and error["part_of"] is None
        ]


def plainly(command: list[str], folder: Path, env: dict[str, str], limit_s: float | None) -> bytes:
    """Run a program without us; return what it wrote, up to its time limit if it has one."""
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env=env,
            capture_output=True,
            timeout=limit_s or SECONDS_MAX,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as hung:
        return hung.stdout or b""


@pytest.fixture(scope="module", params=NAMES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(request.param, tmp_path_factory.mktemp(request.param))


def test_there_are_twelve_cases() -> None:
    assert len(NAMES) == 12


def test_output_and_exit_code_are_those_of_the_plain_run(case: Case) -> None:
    assert case.done.stdout == case.plain_stdout
    assert case.done.returncode == case.exit_code


def test_the_failure_is_one_error_however_many_layers_saw_it(case: Case) -> None:
    assert [error["type"] for error in case.errors] == [case.expected["error"]["type"]]
    assert case.shown["errors"][0]["error_id"] == case.errors[0]["error_id"], "it is shown first"


def test_the_error_is_named_with_its_place_and_values(case: Case) -> None:
    assert differences(case.errors[0], case.expected["error"]) == []
    assert unlike(case.errors[0]["locals"], case.expected["locals"]) is None


def test_every_exception_that_is_tied_to_it_is_there(case: Case) -> None:
    chain = case.errors[0]["chain"]
    assert [linked["type"] for linked in chain] == case.expected["chain"]
    for wanted in case.expected.get("chain_frames", []):
        shown = next(linked for linked in chain if linked["type"] == wanted["type"])
        assert differences(shown, wanted) == []
        assert unlike(shown["locals"], wanted["locals"]) is None


def test_the_last_entries_before_it_are_there(case: Case) -> None:
    history = case.errors[0]["history"][-HISTORY:]
    texts = [entry["text"].casefold() for entry in history]
    missing = [
        wanted
        for wanted in case.expected["history_contains"]
        if not any(wanted.casefold() in text for text in texts)
    ]
    assert missing == [], texts


def test_everyone_who_waits_in_a_hang_is_there(case: Case) -> None:
    shown = case.errors[0]["blocked"]
    assert bool(shown) == (case.expected["exit_code"] is None)
    for wanted in case.expected.get("blocked", []):
        who = "thread" if "thread" in wanted else "task"
        (waiter,) = [blocked for blocked in shown if blocked[who] == wanted[who]]
        assert differences(waiter, wanted) == []
        assert unlike(waiter["locals"], wanted["locals"]) is None


def differences(shown: Json, wanted: Mapping[str, Any]) -> list[str]:
    """Say in which of its texts an exception, or a place, is not as it must be."""
    return list(_differences(shown, wanted))


def _differences(shown: Json, wanted: Mapping[str, Any]) -> Iterator[str]:
    pairs = {
        "type": shown.get("type"),
        "file": shown["file"] and os.path.basename(shown["file"]),  # noqa: PTH119 - as it is named
        "function": shown["function"],
    }
    for name, value in pairs.items():
        if name in wanted and value != wanted[name]:
            yield f"{name} is {value!r}, not {wanted[name]!r}"
    parts = {"message_contains": shown.get("message"), "line_contains": shown["code"]}
    for name, text in parts.items():
        if name in wanted and wanted[name].casefold() not in (text or "").casefold():
            yield f"{text!r} does not hold {wanted[name]!r}"


def unlike(shown: Any, wanted: Any) -> str | None:
    """Say where a captured value is not as it must be; it may hold more than is asked for."""
    if isinstance(wanted, dict):
        if not isinstance(shown, dict):
            return f"{shown!r} has no fields"
        for name, value in wanted.items():
            if name not in shown:
                return f"{name} is not among {sorted(shown)}"
            if (found := unlike(shown[name], value)) is not None:
                return f"{name}: {found}"
        return None
    return None if shown == wanted and type(shown) is type(wanted) else f"{shown!r}"


def test_a_value_is_judged_by_what_is_asked_for() -> None:
    assert unlike({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}) is None
    assert unlike({"a": {"b": 1}}, {"a": {"b": 2}}) == "a: b: 1"
    assert unlike({"a": 1}, {"b": 1}) == "b is not among ['a']"
    assert unlike({"a": "1"}, {"a": 1}) == "a: '1'"
    assert unlike(None, {"a": 1}) == "None has no fields"
    assert unlike({"a": True}, {"a": 1}) == "a: True"
