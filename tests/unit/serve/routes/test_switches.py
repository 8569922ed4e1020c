from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from backtrail.model.settings import ABOUT


def test_every_setting_is_told_with_where_it_came_from(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKTRAIL_DOGFOOD", "yes")
    told = {one["name"]: one for one in client.get("/api/switches").json()["switches"]}
    assert told.keys() == ABOUT.keys()
    assert (told["dogfood"]["value"], told["dogfood"]["source"]) == (True, "BACKTRAIL_DOGFOOD")
    assert (told["mode"]["value"], told["mode"]["source"]) == ("full", "default")


def test_a_password_in_an_address_is_not_told(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKTRAIL_STORE", "postgresql://ada:s3cret-pass@db.example/traces")
    answer = client.get("/api/switches")
    assert answer.status_code == 200
    assert "s3cret-pass" not in answer.text
    assert "db.example" in answer.text
