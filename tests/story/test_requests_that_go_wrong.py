"""Answers without an end or of no known form, and programs that must not notice anything."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from running import RUN, environment, journal, of_kind, project, run

TESTS = str(Path(__file__).parents[1])
READ = {
    "httpx": """
with httpx.stream("GET", url) as response:
    for piece in response.iter_raw():
        if enough(piece): break
""",
    "httpx, asynchronously": """
async def main():
    async with httpx.AsyncClient() as client, client.stream("GET", url) as response:
        async for piece in response.aiter_bytes():
            if enough(piece): break
asyncio.run(main())
""",
    "requests": """
with requests.get(url, stream=True, timeout=5) as response:
    for piece in response.iter_content(1 << 16):
        if enough(piece): break
""",
    "aiohttp": """
async def main():
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        async for piece in response.content.iter_any():
            if enough(piece): break
asyncio.run(main())
""",
    "urllib": """
with urllib.request.urlopen(url, timeout=5) as response:
    while not enough(response.read(1 << 16)): pass
""",
}
ENDLESS = """
import asyncio, resource, subprocess, sys, urllib.request
import aiohttp, httpx, requests
server = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, text=True)
url = server.stdout.readline().strip()
taken, wanted = 0, int(sys.argv[2])
def enough(piece):
    global taken
    taken += len(piece)
    return taken >= wanted
def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
{read}
first, wanted = most(), wanted * 10
{read}
print(taken >= wanted, most() - first)
server.kill()
server.stdout.close()
server.wait()
"""
SERVER = f"""
import sys, itertools, threading
sys.path.insert(0, {TESTS!r})
from http_servers import Reply, serving
with serving(lambda _: Reply(itertools.repeat(b"tea " * 16_384))) as url:
    print(url, flush=True)
    threading.Event().wait()
"""
MIB = 1 << 20
GROWTH_MIB_MAX = 24


@pytest.mark.parametrize("client", READ)
def test_an_endless_answer_is_kept_in_little_memory(tmp_path: Path, client: str) -> None:
    project(tmp_path)
    program = tmp_path / "endless.py"
    program.write_text(ENDLESS.replace("{read}", READ[client]))
    done = run(
        *RUN, "--", sys.executable, program, SERVER, str(12 * MIB),
        cwd=tmp_path, env=environment(BACKTRAIL_WATCH="http,llm"),
    )  # fmt: skip
    reached, growth = done.stdout.decode().split()
    assert reached == "True", done.stderr.decode()
    assert int(growth) < GROWTH_MIB_MAX
    calls = of_kind(journal(tmp_path), "http.called")
    assert [call["is_complete"] for call in calls] == [False, False]
    assert calls[1]["response_bytes"] >= 100 * MIB
    assert len(str(calls[1]["response_body"])) < 50_000
    assert calls[1]["response_body"].startswith("tea tea")


EVERYTHING = f"""
import asyncio, hashlib, http.client, sys, threading, traceback, urllib.error, urllib.request
sys.path.insert(0, {TESTS!r})
import aiohttp, httpx, httpx2, openai, requests, urllib3
from http_servers import Reply, events_reply, json_reply, serving

slow = threading.Event()
limit = 20
DELTA = {{"id": "r", "object": "chat.completion.chunk", "created": 1, "model": "m",
          "choices": [{{"index": 0, "delta": {{"content": "tea"}}}}]}}

def answer(asked):
    if asked.path == "/slow": slow.wait(10)
    if asked.path == "/bad": return json_reply({{"error": {{"message": "no"}}}}, 422)
    if asked.path == "/short": return Reply(b"ab", 200, {{"Content-Length": "9"}}, is_last=True)
    if asked.path == "/pieces": return Reply([b"a" * n for n in (1, 5000, 70000)])
    if asked.path == "/wrong": return Reply(b"\\xff\\xfe", 200, {{"Content-Encoding": "gzip"}})
    if asked.path == "/moved": return Reply(b"", 302, {{"Location": "/pieces"}})
    if asked.path == "/chat/completions": return events_reply(DELTA, b"data: {{broken\\n\\n", DELTA)
    return Reply(asked.method.encode() + b" " + asked.body)

def show(name, work):
    try:
        found = work()
    except BaseException as error:
        text = "".join(traceback.format_exception(error))
        if "aiohttp" in name:
            # Where in it an answer's end is noticed differs from run to run.
            text = f"{{type(error)}} {{error}} {{'backtrail' in text}}"
        found = text.replace(url, "URL").replace(url.rpartition(":")[2], "PORT")
    print(name, found)

async def gather(pieces):
    return hashlib.md5(b"".join([piece async for piece in pieces])).hexdigest()

async def in_httpx(client, path, **more):
    async with client.AsyncClient(**more) as session, session.stream("GET", url + path) as response:
        return response.status_code, await gather(response.aiter_raw()), type(response.stream)

async def in_aiohttp(path):
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(limit)) as session:
        async with session.get(url + path) as response:
            response.raise_for_status()
            return len(await response.read()), type(response.content)

async def cancelled(client):
    async with client.AsyncClient() as session:
        async with asyncio.timeout(0.2):
            await session.get(url + "/slow")

def ask():
    client = openai.OpenAI(base_url=url, api_key="k", max_retries=0)
    for piece in client.chat.completions.create(model="m", messages=[], stream=True):
        print(piece.choices[0].delta.content)

PATHS = ("/", "/pieces", "/moved", "/bad", "/short", "/wrong", "/slow")
with serving(answer) as url:
    for path in PATHS:
        limit = 0.2 if path == "/slow" else 20
        to = url + path
        for client in (httpx, httpx2):
            more = {{"timeout": limit, "verify": False}}
            body = iter([b"x", b"y"])
            show(client.__name__ + path, lambda: client.post(to, content=body, **more).content[:9])
            show(path, lambda: client.get(to, **more).raise_for_status().elapsed.seconds)
            show(path, lambda: asyncio.run(in_httpx(client, path, **more)))
        body = iter([b"x", b"y"])
        show("requests" + path, lambda: requests.post(to, data=body, timeout=limit).content[:9])
        show(path, lambda: requests.get(to, timeout=limit).raise_for_status())
        plainly = {{"timeout": limit, "retries": False}}
        show("urllib3" + path, lambda: urllib3.request("GET", to, **plainly).data[:9])
        show("urllib" + path, lambda: len(urllib.request.urlopen(to, timeout=limit).read()))
        show("aiohttp" + path, lambda: asyncio.run(in_aiohttp(path)))
    for client in (httpx, httpx2):
        show("cancelled", lambda: asyncio.run(cancelled(client)))
    show("asked", ask)
    slow.set()
    connection = http.client.HTTPConnection(url[7:])
    connection.request("GET", "/pieces")
    response = connection.getresponse()
    print(len(b"".join(iter(lambda: response.read1(600), b""))), response.isclosed())
    connection.close()
gone = url
for work in (httpx.get, httpx2.get, lambda it: requests.get(it, timeout=1), urllib.request.urlopen):
    show("gone", lambda: work(gone))
show("gone in aiohttp", lambda: asyncio.run(in_aiohttp("/")))
"""


def said(stdout: bytes) -> str:
    """Return what was printed, without what differs from run to run."""
    changing = r"0x[0-9a-f]+|port=\d+|127\.0\.0\.1:\d+"
    return re.sub(changing, "", stdout.decode())


def test_a_program_cannot_tell_that_its_requests_are_recorded(tmp_path: Path) -> None:
    program = tmp_path / "everything.py"
    program.write_text(EVERYTHING)
    plain = run(sys.executable, program, cwd=tmp_path)
    watched = run(
        *RUN, "--", sys.executable, program,
        cwd=project(tmp_path), env=environment(BACKTRAIL_WATCH="http,llm"),
    )  # fmt: skip
    assert (plain.returncode, watched.returncode) == (0, 0), watched.stderr.decode()
    assert plain.stdout.count(b"Traceback") > 20
    assert said(watched.stdout).split("\n") == said(plain.stdout).split("\n")
    assert said(watched.stderr) == said(plain.stderr)
    events = journal(tmp_path)
    assert len(of_kind(events, "http.called")) > 50
    assert len(of_kind(events, "llm.called")) == 1
    (ended,) = of_kind(events, "process.ended")
    assert [name for name in ended.get("counters", {}) if name.startswith("broke")] == []
