from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.testclient import TestClient

from backtrail.serve.http.pages import mount_pages


def test_the_pages_are_answered_with_what_they_load(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>Backtrail</title>")
    (tmp_path / "secret").write_text("not a page")
    (tmp_path / "assets" / "index-1a2b.js").write_text("export {};")
    client = pages(tmp_path)
    home = client.get("/")
    assert home.text == "<title>Backtrail</title>"
    assert home.headers["cache-control"] == "no-cache"
    assert "javascript" in client.get("/assets/index-1a2b.js").headers["content-type"]
    assert client.get("/assets/%2e%2e/secret").status_code == 404


def test_a_checkout_without_them_says_how_to_build_them(tmp_path: Path) -> None:
    client = pages(tmp_path)
    assert "npm run build" in client.get("/").text
    assert client.get("/assets/index.js").status_code == 404


def pages(folder: Path) -> TestClient:
    app = FastAPI()
    mount_pages(app, folder)
    return TestClient(app)
