from __future__ import annotations

from prometheus_client.openmetrics.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.serve.http.measuring import NOT_FOUND, Measured, Measures
from backtrail.serve.journal.numbers import IngestNumbers


def numbers() -> list[tuple[str, IngestNumbers]]:
    return [
        ("default", IngestNumbers(written_units=20, waiting_bytes=7)),
        ('sh"op\n', IngestNumbers(written_units=5)),
    ]


def samples(measures: Measures) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Read the text as who watches does."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(measures.text().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def test_what_is_taken_is_told_by_project() -> None:
    told = samples(Measures(numbers, lambda: 3))
    assert told["backtrail_written_units_total"] == [
        ({"project": "default"}, 20.0), ({"project": 'sh"op\n'}, 5.0),
    ]  # fmt: skip
    assert told["backtrail_waiting_bytes"][0] == ({"project": "default"}, 7.0)
    assert told["backtrail_followers"] == [({}, 3.0)]
    assert told["process_resident_memory_bytes"][0][1] > 1_000_000


def test_requests_are_counted_by_route_and_not_by_address() -> None:
    async def trace(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.path_params["id"])

    measures = Measures(list, lambda: 0)
    app = Starlette(routes=[Route("/traces/{id}", trace)])
    client = TestClient(Measured(app, measures=measures, clock=SYSTEM_CLOCK))
    for number in range(50):
        assert client.get(f"/traces/{number}").status_code == 200
        assert client.get(f"/nowhere/{number}").status_code == 404
    client.request("BREW", "/traces/1")
    told = samples(measures)["backtrail_requests_total"]
    assert ({"method": "GET", "route": NOT_FOUND, "status": "404"}, 50.0) in told
    assert ({"method": "GET", "route": "/traces/{id}", "status": "200"}, 50.0) in told
    assert {labels["method"] for labels, _ in told} == {"GET", "other"}
    assert len(told) == 3
