"""A person, a tool and an assistant read the same recordings at one address."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client

from running import BACKTRAIL, RUN, environment, project, run, until
from serving import serving

PROGRAM = """
import logging, sys
from backtrail import record_llm_call, trace_span

def price(order, prices):
    return prices[order]

with trace_span("checkout", user=7):
    logging.warning("2 left of %s", "kettle")
    record_llm_call(
        model="small", messages=[{"role": "user", "content": "which cup?"}], text="the kettle"
    )
    if "fail" in sys.argv:
        price("kettle", {"toaster": 30})
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project whose program ran twice: it went well, then it failed."""
    folder = project(tmp_path)
    (folder / "shop.py").write_text(PROGRAM)
    record(folder)
    record(folder, "fail", code=1)
    return folder


def record(folder: Path, *words: str, code: int = 0) -> None:
    command = [*RUN, "--session", "till", "--", "python", "shop.py", *words]
    assert run(*command, cwd=folder).returncode == code


def got(url: str, **query: Any) -> Any:
    answer = httpx.get(url, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.promise("L8")
def test_what_was_recorded_is_had_over_http(folder: Path) -> None:
    with serving(folder) as url:
        trace = got(f"{url}/api/traces/latest")
        assert (trace["session"], trace["status"], trace["errors"]) == ("till", "error", 1)
        own = f"{url}/api/traces/{trace['trace_id']}"
        trail = got(f"{own}/trail")
        [error] = trail["errors"]
        assert (error["type"], error["message"]) == ("KeyError", "'kettle'")
        frame = next(frame for frame in error["frames"] if frame["function"] == "price")
        assert frame["locals"]["prices"] == {"toaster": 30}
        [call] = trail["llm"]["calls"]
        assert call["model"] == "small"
        [log] = got(f"{own}/events", kind="log.emitted")["events"]
        assert log["body"]["message"] == "2 left of kettle"
        [span] = got(f"{own}/outline")["rows"]
        assert (span["name"], span["status"]) == ("checkout", "error")


def test_what_runs_now_is_told_as_it_happens(folder: Path) -> None:
    with serving(folder) as url, httpx.stream("GET", f"{url}/api/live?kind=log") as live:
        assert live.headers["content-type"].startswith("text/event-stream")
        lines = live.iter_lines()
        assert next(lines) == ": following"
        record(folder)
        told = json.loads(next(line for line in lines if line.startswith("data: "))[6:])
        assert (told["kind"], told["text"]) == ("log.emitted", "WARNING root: 2 left of kettle")
        assert got(f"{url}/api/traces/latest")["trace_id"] == told["trace_id"]


def test_a_page_that_leaves_makes_room_for_another(folder: Path) -> None:
    with serving(folder) as url:
        for _ in range(60):
            with httpx.stream("GET", f"{url}/api/live") as live:
                assert live.status_code == 200
                assert next(live.iter_lines()) == ": following"

        def has_room() -> bool:
            with httpx.stream("GET", f"{url}/api/live") as live:
                return live.status_code == 200

        until(has_room)


SENDER = """
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
provider = TracerProvider(resource=Resource.create({"service.name": "kiln"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
with provider.get_tracer("kiln").start_as_current_span("fire", attributes={"shelf": 3}) as span:
    span.record_exception(ValueError("too hot"))
provider.shutdown()
"""


def test_a_program_that_knows_only_opentelemetry_is_shown_beside_the_others(folder: Path) -> None:
    with serving(folder) as url:
        env = environment(OTEL_EXPORTER_OTLP_ENDPOINT=url)
        assert run(sys.executable, "-c", SENDER, cwd=folder, env=env).returncode == 0
        until(lambda: got(f"{url}/api/traces", query="name:fire")["traces"] != [])
        [trace] = got(f"{url}/api/traces", query="name:fire")["traces"]
        [error] = got(f"{url}/api/traces/{trace['trace_id']}/trail")["errors"]
        assert (error["type"], error["message"]) == ("ValueError", "too hot")
        span = got(f"{url}/api/traces", query="@shelf:3")["traces"]
        assert [one["trace_id"] for one in span] == [trace["trace_id"]]
    told = run(*BACKTRAIL, "show", trace["trace_id"], cwd=folder).stdout.decode()
    assert "ValueError: too hot" in told


def test_one_server_at_a_time_takes_what_is_sent(folder: Path) -> None:
    with serving(folder):
        second = run(*BACKTRAIL, "serve", "--port", "0", cwd=folder)
    assert second.returncode == 5
    assert b"takes what is sent to" in second.stderr


def test_an_assistant_asks_at_the_same_address(folder: Path) -> None:
    async def ask(url: str) -> Any:
        async with Client(f"{url}/mcp", read_timeout_seconds=60) as client:
            return await client.call_tool("why", {"id": "latest"})

    with serving(folder) as url:
        answer = anyio.run(ask, url)
    assert "KeyError" in json.dumps(answer.structured_content)


def test_a_project_in_which_nothing_was_recorded_is_served_too(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        assert got(f"{url}/api/health")["is_recording_here"] is False
        assert httpx.get(f"{url}/api/traces/latest").status_code == 404
