from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.model.limits import OUTPUT_TAIL_CHARS_MAX, STARTS_MAX
from backtrail.record.effects.processes import popen
from recorded import events, recording


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / ".backtrail") as home:
        popen.watch()
        try:
            yield home
        finally:
            popen.unwatch()


def started(home: Path) -> list[dict[str, Any]]:
    return [event.body for event in events(home, "subprocess.started")]


def ended(home: Path) -> list[dict[str, Any]]:
    return [event.body for event in events(home, "subprocess.ended")]


def python(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_a_program_that_is_run_is_told_with_what_it_wrote(home: Path, tmp_path: Path) -> None:
    command = python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")
    [start], [end] = started(home), ended(home)
    assert (start["command"], start["cwd"]) == (command, str(tmp_path))
    assert start["caller"]["function"] == "test_a_program_that_is_run_is_told_with_what_it_wrote"
    assert start["calls"][0] == start["caller"] == end["caller"]
    assert (end["pid"], end["exit_code"]) == (start["pid"], 3)
    assert (end["stdout"], end["stderr"]) == ("out\n", "err\n")
    assert end["took_ms"] > 0


def test_output_that_the_program_does_not_take_in_is_not_told(home: Path) -> None:
    with subprocess.Popen(python("print('mine')"), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.read() == b"mine\n"
    subprocess.run(python("pass"), check=True)
    assert [end.get("stdout") for end in ended(home)] == [None, None]
    assert [end["exit_code"] for end in ended(home)] == [0, 0]


def test_bytes_and_long_output_are_told_by_their_end(home: Path) -> None:
    output = subprocess.check_output(python("print('x' * 100_000 + 'last')"))
    assert len(output) == 100_005
    [end] = ended(home)
    assert end["stdout"].endswith("xlast\n")
    assert len(end["stdout"]) < OUTPUT_TAIL_CHARS_MAX + 40


def test_a_program_that_cannot_start_is_told(home: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        subprocess.run(["no-such-program-anywhere", "x"], check=False)
    assert not [
        entry for entry in caught.traceback if "backtrail" in str(entry.path).split("src")[-1]
    ]
    [start] = started(home)
    assert start["error"].startswith("FileNotFoundError: No such file or directory")
    assert "pid" not in start
    assert ended(home) == []


def test_the_signal_that_ended_a_child_is_told(home: Path) -> None:
    with subprocess.Popen(python("import time; time.sleep(60)")) as child:
        child.send_signal(signal.SIGKILL)
    assert ended(home)[0]["exit_code"] == child.returncode == -signal.SIGKILL


@pytest.mark.parametrize("captures", [True, False])
def test_a_child_whose_time_is_up_is_told_so(home: Path, *, captures: bool) -> None:
    command = python("import time; print('begun', flush=True); time.sleep(60)")
    stdout = subprocess.PIPE if captures else subprocess.DEVNULL
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        subprocess.run(command, stdout=stdout, timeout=0.5, check=False)
    assert not [entry for entry in caught.traceback if "effects" in str(entry.path.parent.name)]
    [end] = ended(home)
    assert end["is_timeout"]
    assert end["exit_code"] == -signal.SIGKILL
    assert end.get("stdout") in ({"begun\n", None} if captures else {None})


def test_only_what_differs_of_the_environment_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_SAME", "same")
    monkeypatch.setenv("SHOP_GONE", "gone")
    given = {"SHOP_SAME": "same", "SHOP_MODE": "fast", "SHOP_TOKEN": "sesame-4711-open"}
    command = python("pass")
    subprocess.run([*command, "--token", "sesame-4711-open"], env=given, check=True)
    [start] = started(home)
    told = start["environment"]
    assert {name: told.get(name) for name in given} == {
        "SHOP_SAME": None, "SHOP_MODE": "fast", "SHOP_TOKEN": "[redacted]",
    }  # fmt: skip
    assert "SHOP_SAME" not in told
    assert told["SHOP_GONE"] is None
    assert "sesame" not in str(start["command"])


def test_a_command_of_one_text_is_told_without_its_secrets(home: Path) -> None:
    subprocess.run("true --password sesame99", shell=True, check=True)
    assert started(home)[0]["command"] == ["true --password [redacted]"]


def test_a_place_that_starts_many_is_told_in_part(home: Path) -> None:
    popen.children.quota.most, most = 3, popen.children.quota.most
    try:
        for _ in range(5):
            subprocess.run(["true"], check=True)
    finally:
        popen.children.quota.most = most
    assert len(started(home)) == len(ended(home)) == 3
    assert most == STARTS_MAX


def test_a_child_of_asyncio_is_told_with_what_it_wrote(home: Path) -> None:
    async def run() -> tuple[bytes, bytes]:
        quiet = await asyncio.create_subprocess_shell("exit 5")
        assert await quiet.wait() == 5
        child = await asyncio.create_subprocess_exec(
            *python("print('out'); raise SystemExit(4)"), stdout=subprocess.PIPE
        )
        return await child.communicate()

    assert asyncio.run(run()) == (b"out\n", None)
    assert [start["caller"]["function"].rpartition(".")[2] for start in started(home)] == [
        "run"
    ] * 2
    ends = {end["exit_code"]: end.get("stdout") for end in ended(home)}
    assert ends == {5: None, 4: "out\n"}


def test_a_child_of_asyncio_that_is_given_up_is_told_once(home: Path) -> None:
    async def run() -> None:
        child = await asyncio.create_subprocess_exec(*python("import time; time.sleep(60)"))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.communicate(), 0.2)
        child.kill()
        await child.wait()

    asyncio.run(run())
    assert [end["exit_code"] for end in ended(home)] == [-signal.SIGKILL]


def test_nothing_is_told_once_it_is_not_watched(home: Path) -> None:
    with subprocess.Popen(python("pass")):
        popen.unwatch()
    subprocess.run(python("pass"), check=True)
    assert (len(started(home)), ended(home)) == (1, [])
    assert "effects" not in subprocess.Popen.__init__.__code__.co_filename
