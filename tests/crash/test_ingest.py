"""Whatever the server has acknowledged is there once, however suddenly it dies at full load."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from backtrail.serve.otlp.answers import PROTOBUF
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from otlp_sample import pairs, traces
from running import until
from serving import server

SENDERS = 4
SPANS = 20
TRACES = 10
KILLS = 3
TEXT = "what an agent says, over and over again " * 40


class Sender(Thread):
    """Sends until it is stopped; what was not acknowledged is sent again, to whatever server."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.address = ""
        self.stopped = Event()
        self.acknowledged: list[tuple[str, str]] = []
        self.sent_again = 0

    def run(self) -> None:
        """Send batch after batch."""
        while not self.stopped.is_set():
            ids, body = batch()
            while not self.is_acknowledged(body):
                self.sent_again += 1
                time.sleep(0.05)
                if self.stopped.is_set():
                    return
            self.acknowledged += ids

    def is_acknowledged(self, body: bytes) -> bool:
        """Send a request, and tell whether the server said that it has it."""
        connection = HTTPConnection(self.address, timeout=20)
        try:
            connection.request("POST", "/v1/traces", body, {"Content-Type": PROTOBUF})
            with connection.getresponse() as answer:
                return answer.status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def batch() -> tuple[list[tuple[str, str]], bytes]:
    """Return the ids of some traces' spans, and a request with them."""
    spans = []
    now = time.time_ns()
    for _ in range(TRACES):
        trace_id, root = os.urandom(16), os.urandom(8)
        for number in range(SPANS):
            span = Span(trace_id=trace_id, name=f"step {number}")
            span.span_id = os.urandom(8) if number else root
            span.parent_span_id = root if number else b""
            span.start_time_unix_nano, span.end_time_unix_nano = now + number, now + 10**6
            span.attributes.extend(pairs({"said": TEXT[number:], "number": number}))
            spans.append(span)
    ids = [(span.trace_id.hex(), span.span_id.hex()) for span in spans]
    return ids, traces(spans).SerializeToString()


def kept(home: Path) -> Counter[tuple[str, str, str]]:
    """Count each beginning and end of a span in the catalogue."""
    found: Counter[tuple[str, str, str]] = Counter()
    with Catalog.open(home) as catalog:
        assert refresh(catalog).torn <= KILLS
        traces_ = catalog.rows("trace_starts")
        for row in traces_:
            for event in reading.events(catalog, row["trace_id"]):
                found[event.trace_id, event.span_id or "", event.kind] += 1
    return found


def wait_for(senders: list[Sender], count: int) -> None:
    """Wait until so many spans are acknowledged."""
    until(lambda: sum(len(sender.acknowledged) for sender in senders) >= count)


def stop(senders: list[Sender]) -> None:
    """Let each sender end with what it sends."""
    for sender in senders:
        sender.stopped.set()
    for sender in senders:
        sender.join(30)


def test_every_acknowledged_span_is_there_exactly_once_after_kills_at_full_load(
    tmp_path: Path,
) -> None:
    home = tmp_path / ".backtrail"
    senders = [Sender() for _ in range(SENDERS)]
    for kill in range(KILLS + 1):
        with server(home) as (url, process):
            for sender in senders:
                sender.address = urlsplit(url).netloc
                if not kill:
                    sender.start()
            wait_for(senders, (kill + 1) * 4_000)
            if kill < KILLS:
                process.send_signal(signal.SIGKILL)
                assert process.wait(10) == -signal.SIGKILL
            else:
                stop(senders)
    acknowledged = {ids for sender in senders for ids in sender.acknowledged}
    found = kept(home)
    assert len(acknowledged) >= (KILLS + 1) * 4_000
    assert sum(sender.sent_again for sender in senders) >= KILLS
    for kind in ("span.started", "span.ended"):
        assert [ids for ids in acknowledged if found[(*ids, kind)] != 1] == []
    assert [each for each, count in found.items() if count != 1] == []
