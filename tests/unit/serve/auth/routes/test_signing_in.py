from __future__ import annotations

import jwt
import pytest
from starlette.testclient import TestClient

WHO = {"name": "ada", "password": "a horse of 14 hands"}


def test_a_page_signs_in_asks_and_signs_out(ada: TestClient) -> None:
    me = ada.get("/api/auth/me")
    assert me.json() == {
        "user": "ada",
        "is_open": False,
        "scopes": ["ingest", "read", "write", "admin"],
        "project": "default",
        "projects": ["default"],
    }
    assert me.headers["x-csrf-token"] == ada.headers["x-csrf-token"]
    out = ada.post("/api/auth/logout")
    assert out.json() == {"user": "ada"}
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert ada.get("/api/auth/me").status_code == 401


def test_without_users_everybody_on_this_machine_may_do_everything(client: TestClient) -> None:
    me = client.get("/api/auth/me").json()
    assert (me["user"], me["is_open"], me["scopes"][-1]) == (None, True, "admin")
    assert client.post("/api/auth/logout").json() == {"user": None}
    assert client.post("/api/auth/refresh").status_code == 403
    assert client.get("/.well-known/jwks.json").json() == {"keys": []}
    status = client.get("/api/auth/key-status").json()
    assert (status["algorithm"], status["kid"], status["verifying"]) == ("RS256", None, 0)


def test_a_name_that_is_unknown_is_answered_as_a_wrong_password(ada: TestClient) -> None:
    answers = [
        ada.post("/api/auth/login", json={"name": name, "password": "wrong horse"})
        for name in ("ada", "nobody", "Ada", "", "../x", "ada\n")
    ]
    assert {(one.status_code, one.text) for one in answers} == {(401, answers[0].text)}
    rows = ada.get("/api/audit").json()["audit"]
    told = [row["about"] for row in rows if row["action"] == "session.refused"]
    assert told == ["an unknown name"] * 5 + ["user ada"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Eve"},
        {"name": "e" * 65},
        {"password": "short"},
        {"password": "x" * 1_001},
        {"more": 1},
        {"invitation": 5},
    ],
)
def test_who_does_not_fit_is_not_registered(client: TestClient, wrong: dict[str, object]) -> None:
    answer = client.post("/api/auth/register", json={**WHO, **wrong})
    assert answer.status_code == 400
    assert client.get("/api/auth/me").json()["is_open"] is True


def test_a_token_is_verified_by_the_published_keys(ada: TestClient) -> None:
    told = ada.post("/api/auth/refresh").json()
    [key] = ada.get("/.well-known/jwks.json").json()["keys"]
    said = jwt.decode(
        told["token"],
        jwt.PyJWK(key),
        algorithms=["RS256"],
        audience="backtrail-api",
        issuer="backtrail",
    )
    assert int(told["expires_unix_ns"]) == said["exp"] * 1_000_000_000
    assert ada.get("/api/auth/key-status").json()["kid"] == key["kid"]
    assert told["csrf"] == ada.headers["x-csrf-token"]


def test_registering_without_an_invitation_is_for_the_first(ada: TestClient) -> None:
    eve = {"name": "eve", "password": WHO["password"]}
    assert ada.post("/api/auth/register", json=eve).status_code == 403
    wrong = {**eve, "invitation": "never made"}
    assert ada.post("/api/auth/register", json=wrong).status_code == 403
    made = ada.post("/api/invitations", json={}).json()
    right = {**eve, "invitation": made["invitation"]}
    answer = ada.post("/api/auth/register", json=right)
    assert answer.json() == {"user": "eve", "project": "default", "role": "read"}
