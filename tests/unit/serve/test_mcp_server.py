from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client

import builders
from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.model.limits.reading import CATALOG_WAIT_S
from backtrail.serve.mcp_server import make_server
from backtrail.serve.opening import Project
from backtrail.serve.questions.listing import TOOLS
from backtrail.serve.tool import Answer, Arguments, Tool
from running import BACKTRAIL, environment, run, until
from sample_store import ERROR, FAILED, SHOP, WELL, write_store

MODEL_CALL = f"{builders.process_id(6)}:0"
GOOD: dict[str, dict[str, Any]] = {
    "list_failures": {"since": "2020-01-01", "limit": 3},
    "why": {"id": ERROR},
    "get_trail": {"id": FAILED, "sections": ["error", "locals"]},
    "search_events": {"query": "kettle", "kind": "log.emitted"},
    "get_llm_call": {"event_id": MODEL_CALL},
    "compare_traces": {"good": WELL, "bad": FAILED},
    "get_source": {"file": "kiln.py", "line": 1},
}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "list_failures": ({"limit": 0}, "expected `int` >= 1, in `limit`"),
    "why": ({"id": "zz"}, "there is no trace zz"),
    "get_trail": ({"id": FAILED, "sections": ["all"]}, "invalid enum value 'all'"),
    "search_events": ({"query": ""}, "expected `str` of length >= 1, in `query`"),
    "get_llm_call": ({"event_id": "nope"}, "there is no event nope"),
    "compare_traces": ({"good": WELL}, "missing required field `bad`"),
    "get_source": ({"file": SHOP, "line": 12}, "cannot be read"),
}


HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
"""What a client of an older version of the protocol says first."""


def text(answer: Any) -> str:
    (content,) = answer.content
    return str(content.text)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A project with failures, a call of a model, and a source file."""
    home = write_store(tmp_path)
    (tmp_path / "kiln.py").write_text("cone = 4\n")
    place = {"file": str(tmp_path / "kiln.py"), "line": 1, "function": "f"}
    call = {"messages": [{"role": "user", "content": "Which cone?"}], "caller": place}
    lines = [builders.line("llm.called", builders.trace_id(6), t=1, **call)]
    builders.write_segment(home, builders.process_id(6), lines)
    return tmp_path


@pytest.mark.usefixtures("recorded")
def test_every_tool_answers_a_good_question_and_refuses_a_bad_one(ask: Any) -> None:
    async def session(client: Client) -> None:
        listed = [tool.name for tool in (await client.list_tools()).tools]
        assert listed == [tool.name for tool in TOOLS]
        assert set(listed) == set(GOOD) == set(BAD)
        for name in listed:
            answer = await client.call_tool(name, GOOD[name])
            assert not answer.is_error, text(answer)
            assert json.loads(text(answer)) == answer.structured_content
            arguments, wrong = BAD[name]
            refusal = await client.call_tool(name, arguments)
            assert refusal.is_error
            message, hint = text(refusal).split("\n")
            assert message.startswith("error: ")
            assert wrong in message
            assert hint.startswith("hint: ")

    ask(session)


@pytest.mark.usefixtures("recorded")
def test_a_client_finds_a_failure_and_what_led_to_it(ask: Any) -> None:
    async def session(client: Client) -> None:
        failures = (await client.call_tool("list_failures", {})).structured_content
        (failure,) = failures["failures"]
        assert failure["errors"][0]["error"] == "KeyError: 'kettle'"
        named = failure["errors"][0]["error_id"]
        trail = (await client.call_tool("get_trail", {"id": named})).structured_content
        assert trail["error_id"] == ERROR
        texts = {each["name"]: each["text"] for each in trail["sections"]}
        assert "prices[order.sku] * order.count" in texts["code"]
        assert "`prices` = {'toaster': 30}" in texts["locals"]
        found = (await client.call_tool("search_events", {"query": "2 LEFT of"})).structured_content
        assert "WARNING shop: 2 left of kettle" in [event["text"] for event in found["events"]]

    ask(session)


@pytest.mark.usefixtures("recorded")
def test_every_tool_says_that_it_only_reads(in_process: Any) -> None:
    async def session(client: Client) -> None:
        for tool in (await client.list_tools()).tools:
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint
            assert not tool.annotations.open_world_hint

    in_process(session)


@pytest.mark.usefixtures("recorded")
def test_an_unknown_tool_is_answered_with_the_known_ones(in_process: Any) -> None:
    async def session(client: Client) -> None:
        refusal = await client.call_tool("delete_trace", {})
        assert refusal.is_error
        assert text(refusal).startswith("error: there is no tool 'delete_trace'\nhint: use list_")

    in_process(session)


def test_what_is_recorded_while_the_server_runs_is_seen(in_process: Any, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()

    async def session(client: Client) -> None:
        nothing = await client.call_tool("list_failures", {})
        assert nothing.is_error
        assert "nothing is recorded here" in text(nothing)
        assert "hint: `backtrail run -- python app.py`" in text(nothing)
        write_store(tmp_path)
        answer = await client.call_tool("list_failures", {})
        assert answer.structured_content["failures"][0]["trace_id"] == FAILED

    in_process(session)


def test_a_store_without_events_has_no_failures(in_process: Any, tmp_path: Path) -> None:
    (tmp_path / ".backtrail" / "journal").mkdir(parents=True)

    async def session(client: Client) -> None:
        answer = await client.call_tool("list_failures", {})
        assert answer.structured_content == {"failures": [], "more": None}
        latest = await client.call_tool("get_trail", {"id": "latest"})
        assert "nothing is recorded here, so there is no latest trace" in text(latest)

    in_process(session)


def test_a_damaged_store_is_said_and_the_server_goes_on(in_process: Any, recorded: Path) -> None:
    (recorded / ".backtrail" / "catalog.db").write_bytes(b"no catalogue at all" * 100)

    async def session(client: Client) -> None:
        answer = await client.call_tool("list_failures", {})
        assert answer.is_error
        assert "is damaged" in text(answer)
        assert "hint: backtrail index --rebuild" in text(answer)
        (recorded / ".backtrail" / "catalog.db").unlink()
        again = await client.call_tool("list_failures", {})
        assert len(again.structured_content["failures"]) == 1

    in_process(session)


@pytest.mark.usefixtures("recorded")
def test_questions_at_the_same_time_are_all_answered(ask: Any) -> None:
    async def session(client: Client) -> None:
        answers: dict[int, Any] = {}

        async def one(number: int) -> None:
            named = [FAILED, WELL][number % 2]
            answers[number] = await client.call_tool("get_trail", {"id": named})

        async with anyio.create_task_group() as tasks:
            for number in range(12):
                tasks.start_soon(one, number)
        for number, answer in answers.items():
            assert answer.structured_content["trace_id"] == [FAILED, WELL][number % 2]

    ask(session)


@pytest.mark.parametrize("way", ["over_stdio", "in_process"])
def test_a_question_that_is_given_up_does_not_hold_up_the_next(
    way: str, request: pytest.FixtureRequest, recorded: Path
) -> None:
    command = ["python", "-c", HOLD, str(recorded / ".backtrail" / "catalog.db")]

    async def session(client: Client) -> None:
        assert not (await client.call_tool("list_failures", {})).is_error
        async with await anyio.open_process(command, env=environment()) as holder:
            assert holder.stdout is not None
            assert holder.stdin is not None
            assert (await holder.stdout.receive()).startswith(b"held")
            builders.write_segment(
                recorded / ".backtrail", builders.process_id(9), builders.debugs(WELL, 3)
            )
            began = anyio.current_time()
            with anyio.move_on_after(0.3) as given_up:
                await client.call_tool("list_failures", {})
            assert given_up.cancelled_caught
            assert anyio.current_time() - began < CATALOG_WAIT_S / 2
            # Answered without the store, while the first question still waits for it.
            refusal = await client.call_tool("why", {})
            assert "missing required field `id`" in text(refusal)
            await holder.stdin.send(b"\n")
        assert not (await client.call_tool("list_failures", {})).is_error

    request.getfixturevalue(way)(session)


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""
"""Keeps the catalogue from being written until it is told to let go."""


class Nothing(Arguments, frozen=True, kw_only=True):
    """Takes nothing."""


def fails(project: Project, _asked: Nothing) -> Answer:
    if project.home.exists():
        raise PermissionError(13, "Permission denied", "/app/journal")
    raise RuntimeError("internals")


FAILING = Tool(name="fails", title="", about="", takes=Nothing, answers=Answer, answer=fails)


def test_what_nobody_expected_is_said_without_its_inside_and_the_server_goes_on(
    project: Project, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def session(place: Project) -> str:
        async with Client(make_server(place, [FAILING])) as client:
            first = await client.call_tool("fails", {})
            assert first.is_error
            assert text(await client.call_tool("fails", {})) == text(first)
            return text(first)

    nowhere = Project(home=tmp_path / "nowhere", clock=SYSTEM_CLOCK)
    said = anyio.run(session, nowhere)
    assert said.startswith("error: this is a fault of Backtrail itself\nhint: please report")
    assert "RuntimeError: internals" in capfd.readouterr().err
    denied = anyio.run(session, project)
    assert denied == "error: /app/journal: Permission denied\nhint: backtrail doctor"


def test_a_line_that_is_no_question_does_not_end_the_server(recorded: Path) -> None:
    lines = b"no question\n\xff\xfe\n{}\n[]\n" + json.dumps(HELLO).encode() + b"\n"
    with subprocess.Popen(
        [*BACKTRAIL, "mcp"],
        cwd=recorded,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(lines)
        server.stdin.flush()
        answers = iter(lambda: json.loads(server.stdout.readline()), None)  # type: ignore[union-attr]
        answer = next(each for each in answers if each.get("id") == 1)
        assert answer["result"]["serverInfo"]["name"] == "backtrail"
        server.stdin.close()
        assert server.wait(60) == 0


def test_the_server_over_http_ends_though_a_question_waits_for_the_store(recorded: Path) -> None:
    home = recorded / ".backtrail"
    assert run(*BACKTRAIL, "index", cwd=recorded).returncode == 0
    builders.write_segment(home, builders.process_id(9), builders.debugs(WELL, 3))
    asked = {"name": "list_failures", "arguments": {}}
    question = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": asked}
    headers = {"Accept": "application/json, text/event-stream"}
    with (
        subprocess.Popen(
            [*BACKTRAIL, "mcp", "--http", "--port", "0"],
            cwd=recorded,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        ) as server,
        subprocess.Popen(
            ["python", "-c", HOLD, str(home / "catalog.db")],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as holder,
        httpx2.Client(timeout=60) as client,
    ):
        assert server.stdout is not None
        assert holder.stdout is not None
        address = server.stdout.readline().removeprefix("listening on ").strip()
        hello = client.post(address, json=HELLO, headers=headers)
        headers |= {"Mcp-Session-Id": hello.headers["Mcp-Session-Id"]}
        assert holder.stdout.readline() == b"held\n"
        with client.stream("POST", address, json=question, headers=headers) as answer:
            assert answer.status_code == 200
            began = time.monotonic()
            server.terminate()
            assert server.wait(60) == -signal.SIGTERM
        assert time.monotonic() - began < CATALOG_WAIT_S / 2
        holder.kill()


def test_the_server_ends_when_its_input_is_closed(recorded: Path) -> None:
    server = subprocess.Popen(
        [*BACKTRAIL, "mcp"],
        cwd=recorded,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = server.communicate(b"", timeout=60)
    assert (server.returncode, out, err) == (0, b"", b"")


def test_no_server_outlives_its_client(recorded: Path) -> None:
    client = subprocess.Popen(
        ["python", "-c", START, *BACKTRAIL, "mcp"],
        cwd=recorded,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with client:
        assert client.stdout is not None
        pid = int(client.stdout.readline())
        client.kill()
    until(lambda: not Path(f"/proc/{pid}").exists() or is_zombie(pid))


START = """
import subprocess, sys
print(subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE).pid, flush=True)
sys.stdin.read()
"""
"""Starts a server, holds its input, and does not end by itself."""


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_only_this_machine_is_listened_to(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")
    port = int(address.rpartition(":")[2].partition("/")[0])
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    local = {row.split()[1] for row in rows if row.split()[3] == "0A"}
    assert f"0100007F:{port:04X}" in local
    assert f"00000000:{port:04X}" not in local


def test_a_page_of_another_site_cannot_ask(address: str) -> None:
    """A name that leads to this machine, and a page that asks behind the user's back."""
    question = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream"}
    foreign = {**headers, "Host": "rebound.example.org"}
    assert httpx2.post(address, json=question, headers=foreign).status_code == 421
    page = {**headers, "Origin": "http://rebound.example.org"}
    assert httpx2.post(address, json=question, headers=page).status_code == 403
