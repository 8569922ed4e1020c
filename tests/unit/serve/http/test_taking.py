from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

import otlp_sample
from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.serve.http.projects import Projects
from backtrail.serve.http.taking import taking_routes
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.opening import Project


def test_what_is_sent_goes_to_the_project_that_was_chosen(tmp_path: Path) -> None:
    ingest = Ingest(tmp_path, clock=SYSTEM_CLOCK)
    ingest.start()
    projects = Projects(Project(home=tmp_path, clock=SYSTEM_CLOCK), ingest)
    app = Starlette(routes=taking_routes(projects))
    body = otlp_sample.traces([otlp_sample.a_span()]).SerializeToString()
    protobuf = {"content-type": "application/x-protobuf"}
    for name in ("kiln", "default", "kiln"):
        client = TestClient(chosen(app, name))
        assert client.post("/v1/traces", content=body, headers=protobuf).status_code == 200
        assert client.get("/v1/traces").status_code == 405
    projects.close()
    homes = (tmp_path, tmp_path / "projects" / "kiln")
    texts = [
        b"".join(path.read_bytes() for path in (home / "journal").glob("*.jsonl")) for home in homes
    ]
    assert [text.count(b'"span.ended"') for text in texts] == [1, 1]


def chosen(app: ASGIApp, project: str) -> ASGIApp:
    """Stand in for the guard, which chooses the project."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"project": project}}, receive, send)

    return called
