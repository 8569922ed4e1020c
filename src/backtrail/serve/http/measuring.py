"""What the server counts of itself, in the text of OpenMetrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backtrail.model.clock import NS_PER_S, Clock
from backtrail.serve.journal.numbers import IngestNumbers

MEDIA = CONTENT_TYPE_LATEST
NOT_FOUND = "none"
"""What is counted of requests to a path that there is not."""
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Ingesting = Callable[[], Iterable[tuple[str, IngestNumbers]]]
"""Gives each project that takes what is sent, with its numbers."""


class Measures:
    """The numbers of one server.

    Args:
        ingesting: of what is taken.
        followers: how many clients follow what is recorded.
    """

    def __init__(self, ingesting: Ingesting, followers: Callable[[], int]) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.requests = Counter(
            "backtrail_requests",
            "Requests that were answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.took = Histogram(
            "backtrail_request_seconds",
            "Time until the head of an answer.",
            ["route"],
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.registry.register(_Taken(ingesting, followers))
        ProcessCollector(registry=self.registry)

    def text(self) -> bytes:
        """Return all of them as they are now."""
        told: bytes = generate_latest(self.registry)  # type: ignore[no-untyped-call]
        return told


class _Taken(Collector):
    def __init__(self, ingesting: Ingesting, followers: Callable[[], int]) -> None:
        self._ingesting = ingesting
        self._followers = followers

    def collect(self) -> Iterator[Metric]:
        numbers = list(self._ingesting())
        for name, about, kind in _OF_INGEST:
            family = kind(f"backtrail_{name}", about, labels=["project"])
            for project, found in numbers:
                family.add_metric([project], getattr(found, name))
            yield family
        yield GaugeMetricFamily(
            "backtrail_followers", "Clients that follow what is recorded.", self._followers()
        )


_OF_INGEST = (
    ("written_units", "Spans and log records on the disk.", CounterMetricFamily),
    ("repeated_units", "Spans that were there already.", CounterMetricFamily),
    ("written_bytes", "Bytes of their lines.", CounterMetricFamily),
    ("commits", "Writes that were synced to the disk.", CounterMetricFamily),
    ("failed_commits", "Writes that failed; those who sent were told.", CounterMetricFamily),
    ("refused_requests", "Requests that had to be sent again later.", CounterMetricFamily),
    ("waiting_bytes", "Bytes of requests that are being taken.", GaugeMetricFamily),
    ("behind_bytes", "Bytes on the disk that no query finds yet.", GaugeMetricFamily),
    ("index_failures", "Failures to index since it last went well.", GaugeMetricFamily),
)
"""Name, what it counts, and how it moves."""


class Measured:
    """Counts the requests of an application, by the routes that it has."""

    def __init__(self, app: ASGIApp, *, measures: Measures, clock: Clock) -> None:
        self._app = app
        self._measures = measures
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_ns = self._clock.monotonic_ns()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", NOT_FOUND)
                took_s = (self._clock.monotonic_ns() - began_ns) / NS_PER_S
                self._measures.took.labels(route).observe(took_s)
                self._measures.requests.labels(
                    _method(scope["method"]), route, str(message["status"])
                ).inc()
            await send(message)

        await self._app(scope, receive, counted)


def _method(method: str) -> str:
    """Return a method by its name; whatever else a client may say is one."""
    return method if method in _METHODS else "other"


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
