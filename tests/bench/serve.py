"""Prints what the server bears, beside the servers that users have today.

    ./dev bench serve

The load is that of a team's agents: traces of 20 spans, OTLP over HTTP in protobuf, 500 spans a
request, four senders that each wait for an answer. A span counts when a query finds it, not when it
was taken. The slower servers are sent less of the same, so that each is done in about a minute; a
rate is of what was sent. All run one after the other on this machine, each with the store that it
has when nobody configures one; ours with a user's key, de-duplication and the text index.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from agents import Agents
from peers import SPANS_A_TRACE, Backtrail, Mlflow, Phoenix, Server, install, version

SENDERS = 4
BATCH = 500
WARM_UP = 500
VISIBLE_S_MAX = 600
LOOK_S = 0.5
PACED = 0.5
"""In the second round ours gets so much of what it bore in the first."""
TARGETS = {"phoenix": 100, "mlflow": 10}
"""By peer: times as many visible spans a second."""
ACK_MS_MAX = 100
VISIBLE_LAG_S_MAX = 2
START_S_MAX = 2
MEMORY_MIB_MAX = 400
DISK_BYTES_MAX = 1_000


@dataclass
class Load:
    """What the senders saw."""

    acknowledged_ms: list[float] = field(default_factory=list)
    took_s: float = 0.0
    """From the first request to the last acknowledgement."""
    visible_s: float = 0.0
    """From the first request until a query found all."""
    lag_s: float = 0.0
    """The longest that it took from an acknowledgement until a query found as many."""


@dataclass
class Figures:
    """What one server showed."""

    name: str
    version: str
    spans: int
    start_s: float
    full: Load
    paced: Load | None
    cpu_s: float
    memory_mib: float
    bytes_a_span: float

    @property
    def visible_a_second(self) -> float:
        """Spans a second that a query found."""
        return self.spans / self.full.visible_s


def main() -> None:
    """Measure all, print the table, and end with 1 when a target is missed."""
    ours, *peers = (measured(server) for server in (Backtrail, Phoenix, Mlflow))
    sys.stdout.write(table([ours, *peers]))
    missed = misses(ours, peers)
    if missed:
        sys.exit("error: missed: " + "; ".join(missed))


def measured(kind: type[Server]) -> Figures:
    """Run one server under the load."""
    if kind.package:
        install(kind)
    with tempfile.TemporaryDirectory() as place:
        server = kind(Path(place))
        bodies = made(kind.spans)
        server.start()
        try:
            send(server, made(WARM_UP, seed=1), already=0)
            before = server.disk_bytes(), server.cpu_s()
            full = send(server, bodies, already=WARM_UP)
            memory = server.memory_bytes()
            settle(server)
            bytes_a_span = (server.disk_bytes() - before[0]) / kind.spans
            cpu_s = server.cpu_s() - before[1]
            paced = None
            if kind is Backtrail:
                more = made(kind.spans // 4, seed=2)
                pace = PACED * kind.spans / full.visible_s
                paced = send(server, more, already=WARM_UP + kind.spans, pace=pace)
        finally:
            server.stop()
    return Figures(
        name=kind.name,
        version=version(kind) if kind.package else "this one",
        spans=kind.spans,
        start_s=server.started_s,
        full=full,
        paced=paced,
        cpu_s=cpu_s,
        memory_mib=memory / (1 << 20),
        bytes_a_span=bytes_a_span,
    )


def made(spans: int, *, seed: int = 7) -> list[bytes]:
    """Return the requests for so many spans; the last of them began a moment ago."""
    agents = Agents(seed)
    count, traces = spans // BATCH, BATCH // SPANS_A_TRACE
    first = time.time_ns() - (count + 1) * traces * 1_000_000_000
    return [
        agents.request(
            traces, first_unix_ns=first + number * traces * 1_000_000_000
        ).SerializeToString()
        for number in range(count)
    ]


def send(server: Server, bodies: list[bytes], *, already: int, pace: float | None = None) -> Load:
    """Send requests by four senders until all are acknowledged and found."""
    load, waiting, lock = Load(), list(reversed(bodies)), threading.Lock()
    acknowledged: list[tuple[float, int]] = []
    began = time.monotonic()

    def sender() -> None:
        with httpx.Client(base_url=server.url, timeout=VISIBLE_S_MAX) as client:
            while True:
                with lock:
                    if not waiting:
                        return
                    body, number = waiting.pop(), len(bodies) - len(waiting)
                if pace is not None:
                    time.sleep(max(0.0, began + number * BATCH / pace - time.monotonic()))
                asked = time.monotonic()
                post(client, server, body)
                done = time.monotonic()
                with lock:
                    load.acknowledged_ms.append((done - asked) * 1_000)
                    acknowledged.append((done, already + BATCH * len(load.acknowledged_ms)))

    senders = [threading.Thread(target=sender) for _ in range(SENDERS)]
    for each in senders:
        each.start()
    _watch(server, load, acknowledged, already + BATCH * len(bodies))
    load.took_s = acknowledged[-1][0] - began
    load.visible_s = time.monotonic() - began
    for each in senders:
        each.join()
    return load


def post(client: httpx.Client, server: Server, body: bytes) -> None:
    """Send a request, again where the server asks for that."""
    while True:
        answer = client.post("/v1/traces", content=body, headers=server.headers)
        if answer.status_code not in {429, 503}:
            answer.raise_for_status()
            return
        time.sleep(float(answer.headers.get("retry-after", 1)))


def _watch(server: Server, load: Load, acknowledged: list[tuple[float, int]], whole: int) -> None:
    """Look until a query finds all, and how far it was behind what was acknowledged."""
    place, until = 0, time.monotonic() + VISIBLE_S_MAX
    while True:
        asked = time.monotonic()
        visible = server.visible()
        while place < len(acknowledged) and acknowledged[place][1] <= visible:
            load.lag_s = max(load.lag_s, asked - acknowledged[place][0])
            place += 1
        if visible >= whole:
            return
        if asked > until:
            sys.exit(f"error: {server.name} shows {visible:,} of {whole:,} spans")
        time.sleep(LOOK_S)


def settle(server: Server) -> None:
    """Wait until the server does nothing more of its own."""
    used = server.cpu_s()
    for _ in range(60):
        time.sleep(1)
        now = server.cpu_s()
        if now - used < 0.1:
            return
        used = now


def table(figures: list[Figures]) -> str:
    """Return what is printed."""
    head = f"{'':34}" + "".join(f"{one.name + ' ' + one.version:>22}" for one in figures)
    rows = [
        ("spans sent", [f"{one.spans:,}" for one in figures]),
        ("visible spans a second", [f"{one.visible_a_second:,.0f}" for one in figures]),
        ("ours, times as many", [_times(figures[0], one) for one in figures]),
        ("visible behind the answer, most", [f"{one.full.lag_s:.2f} s" for one in figures]),
        ("answer, half of them, at full load", [_ms(one.full, 50) for one in figures]),
        ("answer, 95 of 100, at full load", [_ms(one.full, 95) for one in figures]),
        ("answer, 95 of 100, at half of it", [_ms(one.paced, 95) for one in figures]),
        ("spans a CPU second", [f"{one.spans / one.cpu_s:,.0f}" for one in figures]),
        ("on disk a span", [f"{one.bytes_a_span:,.0f} B" for one in figures]),
        ("memory", [f"{one.memory_mib:,.0f} MiB" for one in figures]),
        ("start to first answer", [f"{one.start_s:.1f} s" for one in figures]),
    ]
    lines = [f"{name:34}" + "".join(f"{cell:>22}" for cell in cells) for name, cells in rows]
    return "\n".join([head, *lines]) + "\n"


def _times(ours: Figures, other: Figures) -> str:
    return "-" if ours is other else f"{ours.visible_a_second / other.visible_a_second:,.0f} x"


def _ms(load: Load | None, percent: int) -> str:
    return "-" if load is None else f"{percentile(load.acknowledged_ms, percent):,.0f} ms"


def percentile(values: list[float], percent: int) -> float:
    """Return a value that is not exceeded by so many of a hundred."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def misses(ours: Figures, peers: list[Figures]) -> list[str]:
    """Return which targets are missed."""
    assert ours.paced is not None
    checks = {
        f"{TARGETS[peer.name]} x {peer.name}": ours.visible_a_second
        >= TARGETS[peer.name] * peer.visible_a_second
        for peer in peers
    }
    checks |= {
        "visible in time": ours.full.lag_s <= VISIBLE_LAG_S_MAX,
        "answers in time": percentile(ours.paced.acknowledged_ms, 95) <= ACK_MS_MAX,
        "start": ours.start_s <= START_S_MAX,
        "memory": ours.memory_mib <= MEMORY_MIB_MAX,
        "disk": ours.bytes_a_span <= DISK_BYTES_MAX,
    }
    return [name for name, is_met in checks.items() if not is_met]


if __name__ == "__main__":
    main()
