"""Every event that was sent is there once, however sender and server die."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path

import msgspec

import builders
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from running import BACKTRAIL, environment, run, until
from taking import taking

PROCESSES, SEGMENTS, EVENTS = 8, 3, 1_000
EVENTS_ALL = PROCESSES * SEGMENTS * EVENTS
EVENT = b'"debug.recorded"'
KILLS = 3
TEXT = "what a program says, over and over again " * 20


def write_journal(home: Path) -> None:
    """Write what several processes recorded: 20 MB, in segments whose clocks differ."""
    for process in range(1, PROCESSES + 1):
        for segment in range(SEGMENTS):
            seq = segment * EVENTS
            trace = builders.trace_id(process)
            lines = [
                builders.line("debug.recorded", trace, t=n, context="x", said=TEXT, number=n)
                for n in range(seq, seq + EVENTS)
            ]
            builders.write_segment(
                home, builders.process_id(process), lines, segment=segment + 1, seq=seq
            )


def kept(home: Path) -> list[tuple[str, int, bytes]]:
    """Return each event in the catalogue."""
    with Catalog.open(home) as catalog:
        refresh(catalog)
        return sorted(
            (event.process, event.seq, msgspec.json.encode(event))
            for row in catalog.rows("trace_starts")
            for event in reading.events(catalog, row["trace_id"])
        )


def free_port() -> int:
    """Return a port that nobody has at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def test_a_sender_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    home, there = tmp_path / ".backtrail", tmp_path / "server" / ".backtrail"
    write_journal(home)
    found = 0
    with taking(there) as server:
        for _ in range(KILLS):
            with subprocess.Popen(
                [*BACKTRAIL, "send", server.url], cwd=tmp_path, env=environment()
            ) as sender:
                found = there_are(there, found)
                sender.send_signal(signal.SIGKILL)
                assert sender.wait(10) == -signal.SIGKILL
        assert found < EVENTS_ALL
        done = run(*BACKTRAIL, "send", server.url, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert kept(there) == kept(home)


def there_are(home: Path, more_than: int) -> int:
    """Wait until the journal of a store has more events than that, and return how many."""
    found = 0

    def has_more() -> bool:
        nonlocal found
        time.sleep(0.02)
        found = sum(path.read_bytes().count(EVENT) for path in home.glob("journal/*.jsonl"))
        return found > more_than

    until(has_more)
    return found


def test_a_server_that_is_killed_has_each_event_once(tmp_path: Path) -> None:
    home, there = tmp_path / ".backtrail", tmp_path / "server" / ".backtrail"
    write_journal(home)
    port, found = free_port(), 0
    with subprocess.Popen(
        [*BACKTRAIL, "send", f"http://127.0.0.1:{port}", "--follow"],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.DEVNULL,
    ) as sender:
        try:
            for _ in range(KILLS):
                with taking(there, port=port) as server:
                    found = there_are(there, found)
                    server.process.send_signal(signal.SIGKILL)
                    server.process.wait(10)
            assert found < EVENTS_ALL
            with taking(there, port=port) as server:
                there_are(there, EVENTS_ALL - 1)
                sender.send_signal(signal.SIGINT)
                assert sender.wait(30) == 0
        finally:
            sender.kill()
    assert kept(there) == kept(home)
