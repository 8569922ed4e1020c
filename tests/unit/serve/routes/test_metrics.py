from __future__ import annotations

from pathlib import Path

import httpx
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from backtrail.serve.routes.metrics import PATH
from otlp_sample import a_span, traces
from running import project, until
from serving import serving


def test_a_server_tells_what_it_was_asked_and_what_it_took(tmp_path: Path) -> None:
    with serving(project(tmp_path)) as url:
        body = traces([a_span()]).SerializeToString()
        protobuf = {"content-type": "application/x-protobuf"}
        sent = httpx.post(f"{url}/v1/traces", content=body, headers=protobuf)
        assert sent.status_code == 200
        assert httpx.get(f"{url}/api/traces/ffff").status_code == 404
        assert httpx.get(f"{url}/api/traces", headers={"host": "example.org"}).status_code == 403
        until(lambda: value(url, "backtrail_behind_bytes") == 0)
        asked = "backtrail_requests_total"
        assert value(url, "backtrail_written_units_total", project="default") == 1
        assert value(url, asked, method="POST", route="/v1/traces", status="200") == 1
        assert value(url, asked, route="/api/traces/{trace_id}", status="404") == 1
        assert value(url, asked, route="none", status="403") == 1
        assert value(url, "backtrail_request_seconds_count", route=PATH) > 1


def value(url: str, name: str, **labels: str) -> float:
    """Return the one sample of that name that has these labels."""
    answer = httpx.get(f"{url}{PATH}")
    assert answer.status_code == 200
    [found] = [
        sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return float(found)
