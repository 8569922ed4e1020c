from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from backtrail.serve.http.app import BASE, DOCUMENT, GROUPS
from backtrail.serve.http.measuring import MEDIA
from backtrail.serve.routes.metrics import PATH as METRICS

OTHERWISE = {f"{BASE}/live": "text/event-stream", METRICS: MEDIA}
"""Routes that do not answer in JSON."""


def test_the_document_describes_every_route_with_all_its_answers(client: TestClient) -> None:
    document = client.get(DOCUMENT).json()
    served = {route.path for group in GROUPS for route in group.router.routes}  # type: ignore[attr-defined]
    assert served == document["paths"].keys()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert method in {"get", "post", "delete"}, path
            assert {"401", "403", "429"} <= operation["responses"].keys(), path
            assert operation["description"].endswith("."), path
            assert {"200", "404", "422", "500", "503"} <= operation["responses"].keys(), path
            content = operation["responses"]["200"]["content"]
            assert content.keys() == {OTHERWISE.get(path, "application/json")}


def test_every_reference_of_the_document_leads_somewhere(client: TestClient) -> None:
    document = client.get(DOCUMENT).json()
    known = document["components"]["schemas"]
    wanted = {reference.rpartition("/")[2] for reference in references(document)}
    assert wanted <= known.keys()
    assert {"Trail", "Why", "TraceSummary", "Problem"} <= wanted


def test_lists_are_paged_within_a_bound(client: TestClient) -> None:
    document = client.get(DOCUMENT).json()
    for path, item in document["paths"].items():
        given = item.get("get", {}).get("parameters", ())
        parameters = {each["name"]: each["schema"] for each in given}
        assert ("limit" in parameters) == ("cursor" in parameters), path
        if "limit" in parameters:
            assert parameters["limit"]["maximum"] <= 5_000, path


def test_an_assistant_asks_on_the_same_address(client: TestClient) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    headers = {"accept": "application/json, text/event-stream", "host": "127.0.0.1:4600"}
    answer = client.post("/mcp", json=hello, headers=headers)
    assert answer.status_code == 200
    assert "Backtrail" in answer.text


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for each in node.values() for found in references(each)]
    if isinstance(node, list):
        return [found for each in node for found in references(each)]
    return []
