"""What recording adds to an HTTP call on loopback, with all that is watched by default.

    python tests/bench/calls.py

prints it for each client: two processes, one of them recorded, send blocks of requests in turns to
a third; it is the median of the differences, in CPU time of the thread that calls.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

CLIENTS = ("httpx", "requests")
ROUNDS = 40
CALLS = 100
SERVER = """
import sys, threading
sys.path.insert(0, sys.argv[1])
from http_servers import json_reply, serving
with serving(lambda _: json_reply({"order": 17, "items": [{"name": "cup", "price": 4.5}]})) as url:
    print(url, flush=True)
    threading.Event().wait()
"""
CALLER = """
import importlib, statistics, sys, time
url, client, home, calls = sys.argv[1:]
if home:
    import backtrail
    backtrail.start(directory=home)
library = importlib.import_module(client)
session = library.Client() if client == "httpx" else library.Session()
def spent_ns():
    begun = time.thread_time_ns()
    session.post(url, json={"item": "cup"}).json()
    return time.thread_time_ns() - begun
for _ in range(3 * int(calls)):
    spent_ns()
print("ready", flush=True)
for _ in sys.stdin:
    print(statistics.median(spent_ns() for _ in range(int(calls))), flush=True)
"""
TESTS = Path(__file__).parents[1]


def main() -> None:
    """Print what is added for each client, beside what a call takes."""
    for client in CLIENTS:
        plain_us, added_us = added(client)
        sys.stdout.write(f"{client}: {added_us:.1f} us more than {plain_us:.0f} us\n")


def added(client: str) -> tuple[float, float]:
    """Return the CPU time of a call, and what recording adds to it, in microseconds."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        (Path(folder) / "caller.py").write_text(CALLER)
        served = stack.enter_context(process(folder, "-c", SERVER, str(TESTS)))
        url = f"{read(served)}/orders?page=2"
        callers = [
            stack.enter_context(process(folder, "caller.py", url, client, home, str(CALLS)))
            for home in ("", f"{folder}/.backtrail")
        ]
        for caller in callers:
            assert read(caller) == "ready"
        rounds = [[asked(caller) for caller in callers] for _ in range(ROUNDS)]
    plain_us = statistics.median(plain for plain, _ in rounds)
    return plain_us, statistics.median(recorded - plain for plain, recorded in rounds)


@contextmanager
def process(folder: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program of Python beside this one."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def asked(caller: subprocess.Popen[str]) -> float:
    """Let a process send a block of requests, and return what one takes in microseconds."""
    pipe: IO[str] | None = caller.stdin
    assert pipe is not None
    pipe.write("once more\n")
    pipe.flush()
    return float(json.loads(read(caller))) / 1_000


def read(running: subprocess.Popen[str]) -> str:
    """Return the next line of a process."""
    assert running.stdout is not None
    return running.stdout.readline().strip()


if __name__ == "__main__":
    main()
