from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import httpx

import builders
from backtrail.model.limits.reading import LIVE_CLIENTS_MAX
from running import project
from serving import serving

TRACE, OTHER = builders.trace_id(1), builders.trace_id(2)


def test_only_what_is_asked_for_is_told_and_nothing_of_before(tmp_path: Path) -> None:
    home = project(tmp_path) / ".backtrail"
    builders.write_segment(home, builders.process_id(1), builders.debugs(TRACE, 2))
    with serving(tmp_path) as url:
        asked = {"trace": "latest", "kind": ["log", "debug.recorded"]}
        with httpx.stream("GET", f"{url}/api/live", params=asked) as live:
            lines = live.iter_lines()
            assert next(lines) == ": following"
            recorded = [
                *builders.debugs(OTHER, 2),
                builders.line("log.emitted", TRACE, t=9, level="INFO", logger="a", message="5\n6"),
            ]
            builders.write_segment(home, builders.process_id(2), recorded)
            told = [next(lines) for _ in range(3)]
    assert told[:2] == ["", "event: event"]
    event = json.loads(told[2].removeprefix("data: "))
    assert (event["trace_id"], event["kind"]) == (TRACE, "log.emitted")
    assert event["event_id"] == f"{builders.process_id(2)}:2"
    assert event["time_unix_ns"].isdecimal()
    assert "5" in event["text"]


def test_a_trace_that_is_not_there_is_not_followed(tmp_path: Path) -> None:
    with serving(project(tmp_path)) as url:
        answer = httpx.get(f"{url}/api/live", params={"trace": "ffff"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no trace ffff")


def test_too_many_that_follow_are_refused_for_a_while(tmp_path: Path) -> None:
    limits = httpx.Limits(max_connections=None)
    with (
        serving(project(tmp_path)) as url,
        httpx.Client(limits=limits, timeout=30) as client,
        ExitStack() as stack,
    ):
        followed = []
        for _ in range(LIVE_CLIENTS_MAX):
            live = stack.enter_context(client.stream("GET", f"{url}/api/live"))
            # Who lets go of the lines lets go of the connection.
            followed.append(live.iter_lines())
            assert next(followed[-1]) == ": following"
        refused = client.get(f"{url}/api/live")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["detail"] == f"{LIVE_CLIENTS_MAX} pages follow already"
