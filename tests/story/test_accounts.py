"""Several people and programs share a server, each with what is theirs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from answering import addresses
from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.serve.http.app import make_app
from backtrail.serve.opening import Project
from running import BACKTRAIL, environment, run, until
from sample_store import write_store
from serving import server
from sharing import PASSWORD, as_key, closed_clients, key_for, said, shared, signed_in

TRACE, OTHER = "5b8aa5a2d2c872e8321cf37308d69df2", "6b8aa5a2d2c872e8321cf37308d69df3"


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    with closed_clients():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with recordings, two more projects, and an admin."""
    return shared(tmp_path)


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """A server of it."""
    with server(folder / ".backtrail") as (address, _):
        yield address


def span(trace: str, name: str) -> dict[str, Any]:
    times = {"startTimeUnixNano": "1760000000000000000", "endTimeUnixNano": "1760000001000000000"}
    one = {"traceId": trace, "spanId": "051581bf3cb55c13", "name": name, "kind": 1, **times}
    return {"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}


def sent(address: str, key: str, trace: str, name: str) -> httpx.Response:
    return httpx.post(f"{address}/v1/traces", json=span(trace, name), headers=as_key(key))


def names_of(address: str, key: str) -> list[str]:
    answer = httpx.get(f"{address}/api/traces", headers=as_key(key))
    assert answer.status_code == 200, answer.text
    return [trace["name"] for trace in answer.json()["traces"]]


@pytest.mark.acceptance(33)
def test_elsewhere_than_on_loopback_it_refuses_to_start_without_credentials(tmp_path: Path) -> None:
    for options in (("--host", "0.0.0.0"), ("--host", "::"), ("--behind-proxy",)):
        told = said(tmp_path, "serve", "--port", "0", *options, code=5)
        assert "there are no credentials yet" in told
        assert "hint: make a user first: `backtrail users add NAME`" in told
    for name in ("TESTING", "BACKTRAIL_TESTING", "BACKTRAIL_AUTH"):
        done = run(
            *BACKTRAIL, "serve", "--host", "0.0.0.0", cwd=tmp_path, env=environment(**{name: "1"})
        )
        assert done.returncode == 5


@pytest.mark.acceptance(33)
def test_elsewhere_it_starts_with_credentials_and_asks_for_them(tmp_path: Path) -> None:
    write_store(tmp_path)
    key = key_for(tmp_path, "read")
    with server(tmp_path / ".backtrail", "--host", "0.0.0.0") as (address, _):
        port = address.rpartition(":")[2]
        url = f"http://127.0.0.1:{port}/api/traces"
        assert httpx.get(url).status_code == 401
        assert httpx.get(url, headers=as_key(key)).status_code == 200
        named = {"host": "traces.example.org", **as_key(key)}
        assert httpx.get(url, headers=named).status_code == 200
        new = {"name": "eve", "password": PASSWORD}
        registered = httpx.post(f"http://127.0.0.1:{port}/api/auth/register", json=new)
        assert registered.status_code == 403


def test_it_says_that_it_speaks_no_tls(tmp_path: Path) -> None:
    key_for(tmp_path, "read")
    command = [*BACKTRAIL, "serve", "--port", "0", "--host", "0.0.0.0"]
    env = environment(BACKTRAIL_DIR=str(tmp_path / ".backtrail"))
    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert b"speaks no TLS" in process.stderr.readline()
        process.terminate()


def test_the_first_user_is_made_on_the_page_and_closes_the_door(tmp_path: Path) -> None:
    with server(tmp_path / ".backtrail") as (address, _):
        me = httpx.get(f"{address}/api/auth/me").json()
        assert (me["is_open"], me["user"]) == (True, None)
        assert me["scopes"] == ["ingest", "read", "write", "admin"]
        new = {"name": "ada", "password": PASSWORD}
        assert httpx.post(f"{address}/api/auth/register", json=new).status_code == 200
        assert httpx.get(f"{address}/api/auth/me").status_code == 401
        assert httpx.post(f"{address}/api/auth/register", json=new).status_code == 403
        me = signed_in(address).get("/api/auth/me").json()
        assert (me["user"], me["is_open"], me["projects"]) == ("ada", False, ["default"])


def test_who_is_invited_has_the_role_of_the_invitation(address: str) -> None:
    ada = signed_in(address)
    made = ada.post("/api/invitations", json={"role": "write", "project": "kiln"}).json()
    new = {"name": "bob", "password": PASSWORD, "invitation": made["invitation"]}
    assert httpx.post(f"{address}/api/auth/register", json=new).json()["role"] == "write"
    again = httpx.post(f"{address}/api/auth/register", json={**new, "name": "eve"})
    assert again.status_code == 403
    bob = signed_in(address, "bob")
    kiln = {"x-backtrail-project": "kiln"}
    me = bob.get("/api/auth/me", headers=kiln).json()
    assert (me["scopes"], me["projects"]) == (["ingest", "read", "write"], ["kiln"])
    assert bob.get("/api/traces", headers=kiln).status_code == 200
    assert bob.get("/api/traces").status_code == 403
    assert bob.get("/api/traces?project=shop").status_code == 403
    assert bob.get("/api/users?project=kiln").status_code == 403
    assert bob.get("/api/keys?project=kiln").status_code == 403
    assert ada.delete("/api/users/bob").status_code == 200
    assert bob.get("/api/auth/me", headers=kiln).status_code == 401


@pytest.mark.acceptance(33)
def test_a_cookie_alone_changes_nothing_and_neither_does_another_site(address: str) -> None:
    ada = signed_in(address)
    cookie = {"cookie": f"backtrail_session={ada.cookies['backtrail_session']}"}
    project = {"name": "new"}
    assert httpx.get(f"{address}/api/projects", headers=cookie).status_code == 200
    assert httpx.post(f"{address}/api/projects", json=project, headers=cookie).status_code == 403
    foreign = {"origin": "https://other.example"}
    assert ada.post("/api/projects", json=project, headers=foreign).status_code == 403
    names = [each["name"] for each in ada.get("/api/projects").json()["projects"]]
    assert names == ["default", "kiln", "shop"]
    assert ada.post("/api/projects", json=project).status_code == 200
    again = httpx.get(f"{address}/api/auth/me", headers=cookie)
    assert again.headers["x-csrf-token"] == ada.headers["x-csrf-token"]


def test_a_session_ends_with_all_its_tokens(address: str) -> None:
    ada = signed_in(address)
    token = ada.post("/api/auth/refresh").json()["token"]
    bearer = {"authorization": f"Bearer {token}"}
    assert httpx.get(f"{address}/api/traces", headers=bearer).status_code == 200
    assert ada.post("/api/auth/logout").status_code == 200
    assert httpx.get(f"{address}/api/traces", headers=bearer).status_code == 401
    assert ada.get("/api/traces").status_code == 401


def test_whoever_guesses_has_to_wait(address: str) -> None:
    tries = []
    for _ in range(14):
        wrong = {"name": "ada", "password": "a wrong password"}
        tries.append(httpx.post(f"{address}/api/auth/login", json=wrong))
    assert [one.status_code for one in tries] == [401] * 10 + [429] * 4
    assert int(tries[-1].headers["retry-after"]) > 0
    nobody = {"name": "nobody", "password": "a wrong password"}
    answer = httpx.post(f"{address}/api/auth/login", json=nobody)
    assert answer.json() == tries[0].json()


def test_a_key_that_asks_too_often_is_told_when_to_come_again(folder: Path, address: str) -> None:
    key = key_for(folder, "read", rate=3)
    answers = [httpx.get(f"{address}/api/traces", headers=as_key(key)) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["ratelimit-remaining"] for one in answers] == ["2", "1", "0", "0"]
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.acceptance(33)
def test_a_project_never_sees_what_is_in_another(folder: Path, address: str) -> None:
    """Every route is asked for both; the trace that both have is told apart, too."""
    kiln, shop = (key_for(folder, "ingest", "read", project=name) for name in ("kiln", "shop"))
    for key, name in ((kiln, "of the kiln"), (shop, "of the shop")):
        assert sent(address, key, TRACE, name).status_code == 200
    assert sent(address, kiln, OTHER, "only of the kiln").status_code == 200
    until(lambda: len(names_of(address, kiln)) == 2 and len(names_of(address, shop)) == 1)
    default = key_for(folder, "ingest", "read", "admin")
    strange = {
        kiln: ("of the shop",),
        shop: ("of the kiln", OTHER),
        default: ("of the kiln", "of the shop"),
    }
    app = make_app(Project(home=folder / ".backtrail", clock=SYSTEM_CLOCK))
    asked = 0
    for method, path in addresses(app.router.routes):
        if method != "GET" or path.endswith(("/live", "/mcp")):
            continue
        for trace in (TRACE, OTHER, TRACE[:8], "latest"):
            for key, texts in strange.items():
                url = address + path.replace("latest", trace)
                answer = httpx.get(url, headers=as_key(key))
                found = [text for text in texts if text in answer.text]
                # What was asked for may be said again; nothing else may.
                assert [text for text in found if text not in url] == [], url
                asked += answer.status_code == 200
    assert asked > 40
    for name, other in (("kiln", "shop"), ("shop", "default"), ("default", "kiln")):
        key = {"kiln": kiln, "shop": shop, "default": default}[name]
        for path in (f"/api/traces?project={other}", "/api/traces"):
            headers = as_key(key) | ({} if "?" in path else {"x-backtrail-project": other})
            assert httpx.get(address + path, headers=headers).status_code == 403
    assert (folder / ".backtrail" / "projects" / "kiln" / "journal").is_dir()


@pytest.mark.acceptance(33)
def test_a_key_may_do_what_its_scopes_say(folder: Path, address: str) -> None:
    ingest, read = key_for(folder, "ingest"), key_for(folder, "read")
    assert sent(address, ingest, TRACE, "x").status_code == 200
    assert sent(address, read, TRACE, "x").status_code == 403
    assert httpx.get(f"{address}/api/traces", headers=as_key(ingest)).status_code == 403
    assert httpx.get(f"{address}/api/traces", headers=as_key(read)).status_code == 200
    for path in ("/api/keys", "/api/users", "/api/audit"):
        assert httpx.get(address + path, headers=as_key(read)).status_code == 403
    said(folder, "keys", "revoke", read[3:15])
    assert httpx.get(f"{address}/api/traces", headers=as_key(read)).status_code == 401


def asked_by_assistant(address: str, headers: dict[str, str], tool: str, **arguments: Any) -> str:
    async def ask() -> Any:
        async with httpx.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            async with Client(transport, read_timeout_seconds=60) as client:
                return await client.call_tool(tool, arguments)

    return str(anyio.run(ask).content)


def test_an_assistant_is_answered_for_the_project_of_its_key(folder: Path, address: str) -> None:
    default, kiln = key_for(folder, "read"), key_for(folder, "ingest", "read", project="kiln")
    assert sent(address, kiln, TRACE, "of the kiln").status_code == 200
    until(lambda: names_of(address, kiln) != [])
    assert "of the kiln" in asked_by_assistant(address, as_key(kiln), "get_trail", id=TRACE)
    elsewhere = asked_by_assistant(address, as_key(default), "get_trail", id=TRACE)
    assert "of the kiln" not in elsewhere
    source = asked_by_assistant(address, as_key(kiln), "get_source", file="x.py", line=1)
    assert "source files are not shown here" in source


def test_who_may_no_more_follows_no_more(folder: Path, address: str) -> None:
    key = key_for(folder, "read")
    with httpx.stream("GET", f"{address}/api/live", headers=as_key(key), timeout=30) as live:
        lines = live.iter_lines()
        assert next(lines) == ": following"
        said(folder, "keys", "revoke", key[3:15])
        assert [line for line in lines if line and line != ": nothing new"] == []


def test_what_was_done_is_noted_with_who_did_it_from_where(address: str) -> None:
    ada = signed_in(address)
    made = ada.post("/api/keys", json={"name": "ci", "scopes": ["read"]}).json()
    httpx.get(f"{address}/api/traces")
    ada.delete(f"/api/keys/{made['key_id']}")
    first = ada.get("/api/audit?limit=3").json()
    rest = ada.get("/api/audit", params={"cursor": first["next_cursor"]}).json()["audit"]
    told = [(row["action"], row["actor"]) for row in (*first["audit"], *rest)]
    assert told == [
        ("key.revoked", "ada"),
        ("request.refused", "nobody"),
        ("key.created", "ada"),
        ("session.started", "ada"),
        ("project.created", "command line"),
        ("project.created", "command line"),
        ("user.added", "command line"),
    ]
    assert {row["address"] for row in first["audit"]} == {"127.0.0.1"}


@pytest.mark.parametrize("is_behind", [True, False])
def test_only_a_proxy_that_was_announced_says_where_a_request_is_from(
    folder: Path,
    is_behind: bool,  # noqa: FBT001 - a row of a table
) -> None:
    options = ("--behind-proxy",) if is_behind else ()
    forwarded = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
    with server(folder / ".backtrail", *options) as (address, _):
        ada = {"name": "ada", "password": PASSWORD}
        answer = httpx.post(f"{address}/api/auth/login", json=ada, headers=forwarded)
        cookie = answer.headers["set-cookie"]
        bearer = {"authorization": f"Bearer {answer.json()['token']}"}
        row = httpx.get(f"{address}/api/audit", headers=bearer).json()["audit"][0]
    assert row["address"] == ("203.0.113.9" if is_behind else "127.0.0.1")
    assert cookie.startswith("__Host-") is is_behind
    assert ("; Secure" in cookie) is is_behind


@pytest.mark.acceptance(34)
def test_the_switches_that_a_page_shows_are_those_that_config_prints(
    folder: Path, address: str
) -> None:
    told = signed_in(address).get("/api/switches").json()["switches"]
    printed = json.loads(said(folder, "config", "--json"))["settings"]
    members = ("name", "value", "source")
    assert told == [{name: one[name] for name in members} for one in printed]


def test_assistants_alone_are_not_served_where_there_are_users(folder: Path) -> None:
    told = said(folder, "mcp", "--http", code=5)
    assert "asks nobody for them" in told


def test_a_catalogue_that_is_made_anew_leaves_the_accounts_alone(folder: Path) -> None:
    before = said(folder, "users", "list", "--json")
    (folder / ".backtrail" / "catalog.db").unlink(missing_ok=True)
    said(folder, "index", "--rebuild")
    said(folder, "gc", "--max-age", "0s")
    assert said(folder, "users", "list", "--json") == before
    assert json.loads(before)["users"][0]["name"] == "ada"
