from __future__ import annotations

from starlette.testclient import TestClient

PASSWORD = "a horse of 14 hands"


def joined(ada: TestClient, name: str, **invitation: str) -> None:
    made = ada.post("/api/invitations", json=invitation).json()
    who = {"name": name, "password": PASSWORD, "invitation": made["invitation"]}
    assert ada.post("/api/auth/register", json=who).status_code == 200


def test_users_are_listed_in_pages_and_removed(ada: TestClient) -> None:
    joined(ada, "bob", role="write")
    first = ada.get("/api/users?limit=1").json()
    assert [(user["name"], user["roles"]) for user in first["users"]] == [
        ("ada", {"default": "admin"})
    ]
    assert first["users"][0]["login_unix_ns"] is not None
    rest = ada.get("/api/users", params={"cursor": first["next_cursor"]}).json()
    assert [(user["name"], user["login_unix_ns"]) for user in rest["users"]] == [("bob", None)]
    assert "password" not in ada.get("/api/users").text
    assert ada.delete("/api/users/bob").json() == {"user": "bob"}
    assert ada.delete("/api/users/bob").status_code == 404
    assert ada.delete("/api/users/ada").status_code == 403


def test_a_project_is_made_once_and_shown_to_those_who_may_use_it(ada: TestClient) -> None:
    assert ada.post("/api/projects", json={"name": "kiln"}).json() == {"name": "kiln"}
    assert ada.post("/api/projects", json={"name": "kiln"}).status_code == 403
    assert ada.post("/api/projects", json={"name": "default"}).status_code == 403
    for wrong in ("..", "a/b", "Kiln", "", "x" * 41, "kiln\n"):
        assert ada.post("/api/projects", json={"name": wrong}).status_code == 400, wrong
    told = ada.get("/api/projects").json()["projects"]
    assert [(each["name"], each["created_unix_ns"] is None) for each in told] == [
        ("default", True),
        ("kiln", False),
    ]
    joined(ada, "bob", role="read", project="kiln")
    ada.cookies.clear()
    token = ada.post("/api/auth/login", json={"name": "bob", "password": PASSWORD}).json()["token"]
    bob = {"authorization": f"Bearer {token}"}
    [own] = ada.get("/api/projects?project=kiln", headers=bob).json()["projects"]
    assert own["name"] == "kiln"
    assert ada.post("/api/invitations?project=kiln", json={}, headers=bob).status_code == 403
    assert (
        ada.post("/api/projects?project=kiln", json={"name": "x"}, headers=bob).status_code == 403
    )


def test_what_was_done_comes_in_pages(ada: TestClient) -> None:
    for name in ("a", "b", "c"):
        ada.post("/api/projects", json={"name": name})
    found, cursor = [], ""
    while True:
        page = ada.get("/api/audit", params={"limit": 2, "cursor": cursor}).json()
        found += [row["about"] for row in page["audit"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found[:3] == ["project c", "project b", "project a"]
    assert found[-1] == "user ada"
    assert ada.get("/api/audit?cursor=x").status_code == 400
