from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

import builders
from http_servers import Asked, Reply, serving
from running import BACKTRAIL, environment, until
from taking import taking

TRACE = builders.trace_id(1)


def test_what_is_recorded_is_sent_and_told(call: Any, project: Path, tmp_path: Path) -> None:
    assert project.exists()
    with taking(tmp_path / "server" / ".backtrail") as server:
        first = call("send", server.url)
        assert first.code == 0
        assert first.out.endswith(f"sent to {server.url}\n")
        assert call("send", server.url).out == f"{server.url} has all that is recorded here\n"
        told = call("send", server.url, "--json").json
    assert (told["server"], told["events"], told["refused"]) == (server.url, 0, {})


@pytest.mark.usefixtures("project")
def test_the_key_of_a_file_is_sent(call: Any, tmp_path: Path) -> None:
    keys: list[str | None] = []

    def answer(asked: Asked) -> Reply:
        keys.append(asked.headers.get("Authorization"))
        return Reply(b"", 401)

    key = tmp_path / "key"
    key.write_text("bt_secret\n")
    with serving(answer) as url:
        refused = call("send", url, "--key-file", key)
    assert keys == ["Bearer bt_secret"]
    assert (refused.code, "--key-file" in refused.err) == (5, True)
    for wrong in ("", "two\nlines", "ké", "x" * 5_000):
        key.write_text(wrong)
        assert call("send", url, "--key-file", key).code == 2


@pytest.mark.usefixtures("project")
def test_an_address_that_is_none_and_a_server_that_is_another_are_told(call: Any) -> None:
    assert call("send", "nowhere").code == 2
    with serving(lambda _: Reply(b"", 404)) as url:
        assert call("send", url).code == 4


def test_where_nothing_is_recorded_nothing_is_sent(call: Any) -> None:
    assert call("send", "http://127.0.0.1:1").code == 4


def test_what_the_server_records_itself_is_refused(call: Any, project: Path) -> None:
    with taking(project / ".backtrail") as server:
        refused = call("send", server.url)
    assert refused.code == 5
    assert "own machine" in refused.err


def test_with_follow_it_goes_on_until_it_is_interrupted(tmp_path: Path) -> None:
    home, there = tmp_path / ".backtrail", tmp_path / "server" / ".backtrail"
    builders.write_segment(home, builders.process_id(1), builders.debugs(TRACE, 3))
    with (
        taking(there) as server,
        subprocess.Popen(
            [*BACKTRAIL, "send", server.url, "--follow", "--json"],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
        ) as sender,
    ):
        until(lambda: len(list(there.glob("journal/*.jsonl"))) == 1)
        builders.write_segment(home, builders.process_id(2), builders.debugs(TRACE, 2))
        until(lambda: len(list(there.glob("journal/*.jsonl"))) == 2)
        sender.send_signal(signal.SIGINT)
        out, _ = sender.communicate(timeout=20)
    assert sender.returncode == 0
    assert json.loads(out)["events"] in {3, 5}
