from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.model.version import __version__
from backtrail.serve.http.app import make_app
from backtrail.serve.opening import Project


def test_a_server_says_for_which_project_it_answers(client: TestClient, home: Path) -> None:
    assert client.get("/api/health").json() == {
        "status": "ok",
        "version": __version__,
        "project": home.parent.name,
        "is_recording_here": True,
    }


def test_a_project_in_which_nothing_was_recorded_is_served_too(tmp_path: Path) -> None:
    app = make_app(Project(home=tmp_path / ".backtrail", clock=SYSTEM_CLOCK))
    client = TestClient(app, base_url="http://127.0.0.1")
    assert client.get("/api/health").json()["is_recording_here"] is False
    assert not (tmp_path / ".backtrail").exists()
    assert client.get("/api/traces/latest").status_code == 404
