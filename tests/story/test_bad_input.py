"""What no client should send: the server stays up and small, and keeps what is good of it."""

from __future__ import annotations

import gzip
import json
import os
import resource
import socket
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from subprocess import Popen
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from backtrail.model.limits.reading import INGEST_BODY_BYTES_MAX
from backtrail.serve.otlp.answers import JSON, PROTOBUF
from otlp_sample import NOW, TRACE, a_span, exception, logs, pairs, traces, value
from running import BACKTRAIL, run, until
from serving import server

MIB = 1 << 20
GROWTH_MAX = 400 * MIB
"""What a server may take more for the worst of what it is sent."""
DAY_NS = 86_400 * 10**9
HOSTILE = (
    "\x1b[31m\x1b]0;owned\x07\x9b2J'; DROP TABLE trace; -- <script>alert(1)</script> ../../x\r\n\0"
)


class Served(NamedTuple):
    """A server and its store."""

    home: Path
    netloc: str
    process: Popen[str]

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers of an answer."""
        connection = HTTPConnection(self.netloc, timeout=50)
        named = {name.replace("_", "-"): each for name, each in headers.items()}
        try:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.headers.items())
        finally:
            connection.close()

    def send(self, body: bytes, content_type: str = PROTOBUF, **headers: str) -> tuple[int, bytes]:
        """Send spans; return status and body of the answer."""
        return self.ask("POST", "/v1/traces", body, Content_Type=content_type, **headers)[:2]

    def get(self, path: str) -> Any:
        """Return what the interface answers, read as JSON; `None` where there is nothing yet."""
        status, body, _ = self.ask("GET", path)
        return json.loads(body) if status == 200 else None

    def is_well(self) -> bool:
        """Send one more span, and tell whether it is taken."""
        trace = os.urandom(16)
        return self.send(traces([a_span(trace_id=trace)]).SerializeToString()) == (200, b"")

    def memory(self) -> int:
        """Return the bytes of memory that the process had at its largest."""
        told = Path(f"/proc/{self.process.pid}/status").read_text()
        (peak,) = (line for line in told.splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) * 1_024


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    home = tmp_path / ".backtrail"
    with server(home) as (url, process):
        yield Served(home, urlsplit(url).netloc, process)


def outline(served: Served, trace: bytes) -> list[dict[str, Any]]:
    found = served.get(f"/api/traces/{trace.hex()}/trail")
    return found["outline"] if found else []


def field(number: int, content: bytes) -> bytes:
    """Return a field of protobuf that has a length."""
    size = len(content)
    encoded = bytearray()
    while size > 127:
        encoded.append(size & 127 | 128)
        size >>= 7
    return bytes([number << 3 | 2, *encoded, size]) + content


def request_of(span: bytes) -> bytes:
    """Return a request with a span that is encoded already."""
    return field(1, field(2, field(2, span)))


def test_bombs_are_refused_and_cost_little(served: Served) -> None:
    assert served.is_well()
    before = served.memory()
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(pack.compress(bytes(MIB)) for _ in range(2_000)) + pack.flush()
    assert len(bomb) < 3 * MIB
    many = b'{"resourceSpans":[' + b"{}," * 5_000_000 + b"{}]}"
    for body, content_type, status in (
        (bomb, PROTOBUF, 413),
        (bomb, JSON, 413),
        (gzip.compress(many), JSON, 413),
        (gzip.compress(b"[" * 100_000_000), JSON, 413),
        (gzip.compress(b'{"a":' * 1_000_000), JSON, 400),
    ):
        assert served.send(body, content_type, Content_Encoding="gzip")[0] == status
    assert served.is_well()
    assert served.memory() - before < GROWTH_MAX


def test_a_span_of_a_million_attributes_or_a_hundred_megabytes_is_cut(served: Served) -> None:
    assert served.is_well()
    before = served.memory()
    head = a_span(trace_id=(wide := os.urandom(16))).SerializeToString()
    pair = field(9, pairs({"k": 1})[0].SerializeToString())
    assert served.send(request_of(head + pair * 1_000_000)) == (200, b"")
    head = a_span(trace_id=(long := os.urandom(16))).SerializeToString()
    text = field(9, field(1, b"k") + field(2, field(1, b"x" * 100_000_000)))
    assert served.send(request_of(head + text)) == (200, b"")
    assert served.send(bytes(INGEST_BODY_BYTES_MAX + 1))[0] == 413
    until(lambda: bool(outline(served, wide) and outline(served, long)))
    (span,) = outline(served, wide)
    assert span["attributes"]["$cut"] == 1_000_000 - 256
    (span,) = outline(served, long)
    assert "more" in span["attributes"]["k"] or "bytes" in span["attributes"]["k"]
    assert len(span["attributes"]["k"]) < 10_000
    assert served.memory() - before < GROWTH_MAX


def test_parents_that_are_missing_or_form_a_ring_and_times_beyond_reason_are_shown(
    served: Served,
) -> None:
    a, b, c, d = (letter.encode() * 8 for letter in "abcd")
    spans = [
        a_span(1, span_id=a, parent_span_id=b, name="ring a"),
        a_span(2, span_id=b, parent_span_id=a, name="ring b"),
        a_span(3, span_id=c, parent_span_id=b"gone" * 2, name="orphan",
               start_time_unix_nano=1, end_time_unix_nano=2),
        a_span(4, span_id=d, parent_span_id=d, name="own parent",
               start_time_unix_nano=7_258_118_400 * 10**9, end_time_unix_nano=(1 << 64) - 1),
        a_span(5, span_id=b"\0" * 8),
        a_span(6, span_id=b"short"),
        a_span(7, trace_id=b"long" * 8),
    ]  # fmt: skip
    status, body = served.send(traces(spans).SerializeToString())
    assert (status, b"2 with a span id" in body, b"1 with a trace id" in body) == (200, True, True)
    until(lambda: len(outline(served, TRACE)) == 4)
    rows = {row["name"]: row for row in outline(served, TRACE)}
    assert set(rows) == {"ring a", "ring b", "orphan", "own parent"}
    assert {row["depth"] for row in rows.values()} == {0, 1}
    for path in ("", "/outline", "/critical-path", "/why", "/events", "/errors"):
        assert served.ask("GET", f"/api/traces/{TRACE.hex()}{path}")[0] in {200, 404}
    shown = run(*BACKTRAIL, "show", TRACE.hex(), cwd=served.home.parent)
    assert shown.returncode == 0, shown.stderr


def test_what_comes_twice_late_and_in_any_order_is_one_trace(served: Served) -> None:
    late = a_span(2, start_time_unix_nano=NOW - 3 * DAY_NS, end_time_unix_nano=NOW - 3 * DAY_NS + 5)
    child, root = a_span(1), a_span(0, end_time_unix_nano=NOW + 10**9)
    for spans in ([child], [root, child], [late], [late, root]):
        assert served.send(traces(spans).SerializeToString()) == (200, b"")
    until(lambda: len(outline(served, TRACE)) == 3)
    assert Counter(row["name"] for row in outline(served, TRACE)) == {
        "step 0": 1, "step 1": 1, "step 2": 1,
    }  # fmt: skip
    events = served.get(f"/api/traces/{TRACE.hex()}/events?limit=50")["events"]
    assert Counter(each["kind"] for each in events) == {"span.started": 3, "span.ended": 3}


def test_a_flood_of_tiny_requests_is_answered_honestly(served: Served) -> None:
    """As many as there is time for: ten thousand in all, on kept connections, many at a time."""
    senders, each = 20, 500
    before = served.memory()
    acknowledged: list[bytes] = []
    statuses: Counter[int] = Counter()

    def flood() -> None:
        connection = HTTPConnection(served.netloc, timeout=50)
        for _ in range(each):
            trace = os.urandom(16)
            body = traces([a_span(trace_id=trace)]).SerializeToString()
            connection.request("POST", "/v1/traces", body, {"Content-Type": PROTOBUF})
            with connection.getresponse() as answer:
                answer.read()
                statuses[answer.status] += 1
                if answer.status == 200:
                    acknowledged.append(trace)
        connection.close()

    threads = [threading.Thread(target=flood) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.total() == senders * each
    assert set(statuses) <= {200, 429, 503}
    assert served.memory() - before < GROWTH_MAX
    last = acknowledged[-1]
    until(lambda: bool(outline(served, last)))
    shown = run(*BACKTRAIL, "ls", "--limit", "1", "--json", cwd=served.home.parent)
    assert shown.returncode == 0
    lines = b"".join(path.read_bytes() for path in served.home.glob("journal/*.jsonl"))
    assert all(lines.count(trace.hex().encode()) == 2 for trace in acknowledged[::100])


def test_clients_that_send_slowly_keep_nobody_else_waiting(served: Served) -> None:
    host, port = served.netloc.split(":")
    heads = [b"", b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nX-Slow: "]
    body = f"POST /v1/traces HTTP/1.1\r\nHost: {served.netloc}\r\nContent-Type: {PROTOBUF}\r\n"
    slow = []
    for number in range(200):
        client = socket.create_connection((host, int(port)), timeout=20)
        bodies = [*heads, body.encode() + b"Content-Length: 1000000\r\n\r\nabc"]
        client.sendall(bodies[number % 3])
        slow.append(client)
    began = time.monotonic()
    assert served.is_well()
    assert time.monotonic() - began < 10
    # Those of which no head has come are closed; their places are free again.
    for client in slow[:2]:
        client.settimeout(25)
        assert client.recv(100) == b""
    for client in slow:
        client.close()
    assert served.is_well()


def test_clients_that_leave_in_the_middle_leave_nothing_behind(served: Served) -> None:
    host, port = served.netloc.split(":")
    whole = traces([a_span(trace_id=b"left" * 4)]).SerializeToString()
    for size in (0, 1, len(whole) // 2, len(whole) - 1):
        with socket.create_connection((host, int(port)), timeout=20) as client:
            head = (
                f"POST /v1/traces HTTP/1.1\r\nHost: {served.netloc}\r\n"
                f"Content-Type: {PROTOBUF}\r\nContent-Length: {len(whole)}\r\n\r\n"
            )
            client.sendall(head.encode() + whole[:size])
    assert served.is_well()
    assert served.get(f"/api/traces/{(b'left' * 4).hex()}") is None


def test_no_text_reaches_a_terminal_as_more_than_a_text(served: Served) -> None:
    attributes = {
        HOSTILE: HOSTILE,
        "session.id": HOSTILE,
        "gen_ai.request.model": HOSTILE,
        "gen_ai.prompt.0.content": HOSTILE,
        "gen_ai.completion.0.content": HOSTILE,
        "gen_ai.operation.name": "chat",
    }
    span = a_span(0, attributes, name=HOSTILE, events=[exception(HOSTILE, HOSTILE, HOSTILE)])
    span.status.code, span.status.message = 2, HOSTILE
    request = traces([span], {"service.name": HOSTILE, "host.name": HOSTILE})
    request.resource_spans[0].scope_spans[0].scope.name = HOSTILE
    assert served.send(request.SerializeToString()) == (200, b"")
    record = LogRecord(time_unix_nano=NOW, trace_id=TRACE, body=value(HOSTILE))
    record.severity_text = record.event_name = HOSTILE
    body = logs([record]).SerializeToString()
    assert served.ask("POST", "/v1/logs", body, Content_Type=PROTOBUF)[0] == 200
    until(lambda: len(served.get(f"/api/traces/{TRACE.hex()}/events")["events"]) == 5)
    trace = TRACE.hex()
    for words in (
        ["ls"], ["show", trace], ["show", trace, "--all"], ["errors"], ["why", trace],
        ["llm", trace], ["llm", "show", trace], ["perf", trace], ["perf"], ["bundle", trace],
        ["ls", "--query", f'name:"{"x" * 5}'],
    ):  # fmt: skip
        done = run(*BACKTRAIL, *words, cwd=served.home.parent)
        for said in (done.stdout, done.stderr):
            text = said.decode()
            assert not [char for char in text if not char.isprintable() and char not in "\n\t"], (
                words
            )
    (row,) = outline(served, TRACE)
    assert "DROP TABLE" in row["name"]
    status, _, headers = served.ask("GET", f"/api/traces/{trace}/trail")
    assert (status, headers["content-type"]) == (200, "application/json")
    assert headers["x-content-type-options"] == "nosniff"
    assert "script-src" in headers["content-security-policy"] or (
        "default-src 'self'" in headers["content-security-policy"]
    )


def test_no_id_leads_out_of_the_store(served: Served) -> None:
    (served.home.parent / "secret.json").write_text('"the secret"')
    assert served.is_well()
    for bad in ("../secret", "..%2f..%2fsecret", "%2e%2e/%2e%2e/secret.json", "..\\secret", "%00"):
        for path in (
            f"/api/traces/{bad}", f"/api/traces/{bad}/trail", f"/api/errors/{bad}", f"/{bad}",
            f"/assets/{bad}", f"/api/traces/{bad}/events", f"/api/events/{bad}",
        ):  # fmt: skip
            status, body, _ = served.ask("GET", path)
            assert b"the secret" not in body
            assert status < 500, path
    named = json.dumps(
        {"resourceSpans": [{"scopeSpans": [{"spans": [
            {"traceId": "../" * 10 + "ab", "spanId": "../../../../abcd", "name": "x"}
        ]}]}]}
    )  # fmt: skip
    assert b"rejectedSpans" in served.send(named.encode(), JSON)[1]
    assert {path.name for path in served.home.parent.iterdir()} == {".backtrail", "secret.json"}


def test_a_disk_that_is_full_is_a_503_until_there_is_room(served: Served) -> None:
    assert served.is_well()
    pid = served.process.pid
    # The segment has its space; what is larger needs another one, for which there is none.
    free = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (MIB, free[1]))
    spans = [
        a_span(number, {"said": "x" * 8_000}, trace_id=b"full" * 4) for number in range(1, 2_500)
    ]
    body = traces(spans).SerializeToString()
    status, said, headers = served.ask("POST", "/v1/traces", body, Content_Type=PROTOBUF)
    assert (status, headers["retry-after"], b"cannot be written" in said) == (503, "1", True)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, free)
    assert served.send(body) == (200, b"")
    assert served.send(body) == (200, b"")
    until(
        lambda: (served.get(f"/api/traces/{(b'full' * 4).hex()}") or {}).get("spans") == len(spans)
    )
