from __future__ import annotations

from starlette.testclient import TestClient


def made(client: TestClient, **changes: object) -> dict[str, str]:
    answer = client.post("/api/keys", json={"name": "ci", "scopes": ["read"], **changes})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


def test_a_key_is_made_listed_and_revoked(ada: TestClient) -> None:
    first, second = made(ada), made(ada, scopes=["ingest", "write"], rate_per_minute=7)
    listed = ada.get("/api/keys?limit=1").json()
    assert listed["keys"][0] | {"created_unix_ns": ""} == {
        "key_id": first["key_id"],
        "name": "ci",
        "scopes": ["read"],
        "project": "default",
        "created_unix_ns": "",
        "last_used_unix_ns": None,
        "rate_per_minute": 6_000,
    }
    rest = ada.get("/api/keys", params={"cursor": listed["next_cursor"]}).json()
    assert [key["rate_per_minute"] for key in rest["keys"]] == [7]
    assert rest["next_cursor"] is None
    assert ada.delete(f"/api/keys/{second['key_id']}").json() == {"key_id": second["key_id"]}
    assert ada.delete(f"/api/keys/{second['key_id']}").status_code == 404
    assert second["key"] not in ada.get("/api/keys").text


def test_a_project_has_keys_of_its_own(ada: TestClient) -> None:
    ada.post("/api/projects", json={"name": "kiln"})
    kiln = made(ada, project="kiln", scopes=["admin", "read"])
    assert ada.get("/api/keys").json()["keys"] == []
    assert len(ada.get("/api/keys?project=kiln").json()["keys"]) == 1
    own = made(ada)
    as_kiln = {"headers": {"x-api-key": kiln["key"]}}
    assert ada.delete(f"/api/keys/{own['key_id']}", **as_kiln).status_code == 404  # type: ignore[arg-type]
    wanted = {"name": "x", "scopes": ["read"], "project": "default"}
    assert ada.post("/api/keys", json=wanted, **as_kiln).status_code == 403  # type: ignore[arg-type]
    nowhere = {**wanted, "project": "nowhere"}
    assert ada.post("/api/keys", json=nowhere).status_code == 404


def test_the_first_key_does_not_close_the_door_behind_it(client: TestClient) -> None:
    wanted = {"name": "ci", "scopes": ["ingest"]}
    refused = client.post("/api/keys", json=wanted)
    assert refused.status_code == 403
    assert "must have the scope admin" in refused.json()["detail"]
    key = made(client, scopes=["admin"])
    assert client.get("/api/keys").status_code == 401
    headers = {"x-api-key": key["key"]}
    assert client.get("/api/keys", headers=headers).status_code == 200
    last = client.delete(f"/api/keys/{key['key_id']}", headers=headers)
    assert (last.status_code, "the last that may" in last.text) == (403, True)
