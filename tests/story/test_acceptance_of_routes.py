"""Acceptance check 31: every route is asked well and badly, and every list has rows.

`docs/acceptance.md` lists the checks; each test names the one that it is of. That every documented
command and example runs is tested beside the documents, in `tests/contract`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from msgspec import Struct
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.serve.http.app import make_app
from backtrail.serve.opening import Project
from backtrail.serve.routes.metrics import PATH as METRICS
from sample_store import CHILD, FAILED, WELL, write_store
from serving import serving

Json = dict[str, Any]
DOCUMENT = make_app(Project(home=Path("nowhere"), clock=SYSTEM_CLOCK)).openapi()
PASSWORD = "a kettle of fish at noon"
NAMES = {"trace_id": FAILED, "other": WELL, "span_id": CHILD}
"""What stands for the names in a path."""
ALL_TIME = {"since": "2020-01-01"}
"""The sample is of long ago."""


class Asked(Struct, frozen=True, kw_only=True):
    """How a route is asked; what is not given is left out."""

    well: Json = {}
    badly: Json = {}
    names: Json = {}
    """In its path, for the bad one."""
    rows: str = ""
    """What in the answer must not be empty."""


NO_SUCH = {"trace_id": "ffffffff", "span_id": "ffffffff", "other": "ffffffff"}
NO_PROJECT = {"params": {"project": "../x"}}
ASKED: dict[str, Asked] = {
    "GET /api/health": Asked(badly={"headers": {"host": "example.org"}}),
    "GET /api/stats": Asked(
        well={"params": ALL_TIME}, badly={"params": {"buckets": 0}}, rows="traces"
    ),
    "GET /api/traces": Asked(badly={"params": {"query": "status:"}}, rows="traces"),
    "GET /api/errors": Asked(badly={"params": {"query": "("}}, rows="errors"),
    "GET /api/error-groups": Asked(
        well={"params": ALL_TIME}, badly={"params": {"since": "soon"}}, rows="groups"
    ),
    "GET /api/sessions": Asked(badly={"params": {"limit": 0}}, rows="sessions"),
    "GET /api/completions": Asked(
        well={"params": {"query": "sta", "position": 3}},
        badly={"params": {"position": -1}},
        rows="completions",
    ),
    "GET /api/traces/{trace_id}": Asked(names=NO_SUCH),
    "GET /api/traces/{trace_id}/trail": Asked(names=NO_SUCH, rows="errors"),
    "GET /api/traces/{trace_id}/why": Asked(badly={"params": {"error": "ffffffff"}}),
    "GET /api/traces/{trace_id}/outline": Asked(badly={"params": {"cursor": "x"}}, rows="rows"),
    "GET /api/traces/{trace_id}/critical-path": Asked(names=NO_SUCH, rows="steps"),
    "GET /api/traces/{trace_id}/spans/{span_id}": Asked(names=NO_SUCH),
    "GET /api/traces/{trace_id}/events": Asked(badly={"params": {"limit": "many"}}, rows="events"),
    "GET /api/traces/{trace_id}/compare/{other}": Asked(names=NO_SUCH),
    "POST /api/auth/register": Asked(badly={"json": {"name": "ada"}}),
    "POST /api/auth/login": Asked(
        well={"json": {"name": "ada", "password": PASSWORD}},
        badly={"json": {"name": "ada", "password": "not that one"}},
    ),
    "POST /api/auth/refresh": Asked(badly={"headers": {"x-api-key": "bt_none"}}),
    "POST /api/auth/logout": Asked(badly={"headers": {"x-api-key": "bt_none"}}),
    "GET /api/auth/me": Asked(badly=NO_PROJECT),
    "GET /api/auth/key-status": Asked(badly={"headers": {"host": "example.org"}}),
    "GET /.well-known/jwks.json": Asked(badly={"headers": {"host": "example.org"}}, rows="keys"),
    "GET /api/keys": Asked(badly={"params": {"cursor": "x"}}, rows="keys"),
    "POST /api/keys": Asked(
        well={"json": {"name": "ci", "scopes": ["read"]}},
        badly={"json": {"name": "ci", "scopes": ["everything"]}},
    ),
    "DELETE /api/keys/{key_id}": Asked(names={"key_id": "ffffffffffff"}),
    "GET /api/users": Asked(badly={"params": {"limit": 0}}, rows="users"),
    "DELETE /api/users/{name}": Asked(names={"name": "nobody"}),
    "POST /api/invitations": Asked(well={"json": {}}, badly={"json": {"role": "queen"}}),
    "GET /api/projects": Asked(badly=NO_PROJECT, rows="projects"),
    "POST /api/projects": Asked(
        well={"json": {"name": "kiln"}}, badly={"json": {"name": "../kiln"}}
    ),
    "GET /api/audit": Asked(badly={"params": {"cursor": "x"}}, rows="audit"),
    "GET /api/switches": Asked(badly=NO_PROJECT, rows="switches"),
    f"GET {METRICS}": Asked(badly=NO_PROJECT),
}
FOLLOWED = {"GET /api/live"}
"""Routes whose answers do not end; they have a test of their own."""
"""Routes that take what programs send are no part of the document; `test_otlp.py` asks them."""


class Site(Struct, kw_only=True):
    """A server that has a user, and a client that may do everything."""

    client: httpx.Client
    nobody: httpx.Client
    """One without credentials."""
    key_id: str
    """Of a key that may be revoked."""
    invitation: str
    """Of a user who is to come."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the sample store to a user."""
    folder = tmp_path_factory.mktemp("shop")
    write_store(folder)
    with (
        serving(folder) as url,
        httpx.Client(base_url=url, timeout=30) as client,
        httpx.Client(base_url=url, timeout=30) as nobody,
    ):
        user = {"name": "ada", "password": PASSWORD}
        assert client.post("/api/auth/register", json=user).status_code == 200
        token = client.post("/api/auth/login", json=user).json()["token"]
        client.cookies.clear()
        signed_in = {"authorization": f"Bearer {token}"}
        made = {}
        for name, scopes in (("all", ["ingest", "read", "write", "admin"]), ("spare", ["read"])):
            asked = {"name": name, "scopes": scopes}
            made[name] = client.post("/api/keys", json=asked, headers=signed_in).json()
        client.headers["x-api-key"] = made["all"]["key"]
        invitation = client.post("/api/invitations", json={}).json()["invitation"]
        guest = {"name": "eve", "password": PASSWORD, "invitation": invitation}
        assert client.post("/api/auth/register", json=guest).status_code == 200
        another = client.post("/api/invitations", json={}).json()["invitation"]
        yield Site(client=client, nobody=nobody, key_id=made["spare"]["key_id"], invitation=another)


@pytest.mark.acceptance(31)
def test_every_route_of_the_document_is_asked_below() -> None:
    documented = {
        f"{method.upper()} {path}" for path, item in DOCUMENT["paths"].items() for method in item
    }
    assert documented - FOLLOWED == set(ASKED)


@pytest.mark.acceptance(31)
@pytest.mark.parametrize("route", sorted(ASKED))
def test_a_route_that_is_asked_well_answers_as_the_document_says(route: str, site: Site) -> None:
    method, path = route.split()
    names = {**NAMES, "key_id": site.key_id, "name": "eve"}
    more = dict(ASKED[route].well)
    if path.endswith("/register"):
        more["json"] = {"name": "joe", "password": PASSWORD, "invitation": site.invitation}
    asking = site.client
    if path.endswith(("/refresh", "/logout")):
        more["headers"] = signed_in(site)
        asking = site.nobody
    answer = asking.request(method, path.format(**names), **more)
    asking.cookies.clear()
    assert answer.status_code == 200, answer.text
    content = DOCUMENT["paths"][path][method.lower()]["responses"]["200"]["content"]
    [(media, described)] = content.items()
    assert answer.headers["content-type"].split(";")[0] == media.split(";")[0]
    if media != "application/json":
        assert list(text_string_to_metric_families(answer.text))
        return
    told = answer.json()
    schema = {**described["schema"], "components": DOCUMENT["components"]}
    jsonschema.validate(told, schema, jsonschema.Draft202012Validator)
    assert not ASKED[route].rows or told[ASKED[route].rows], json.dumps(told)


@pytest.mark.acceptance(31)
@pytest.mark.parametrize("route", sorted(ASKED))
def test_a_route_that_is_asked_badly_says_what_is_wrong(route: str, site: Site) -> None:
    method, path = route.split()
    asked = ASKED[route]
    assert asked.badly or asked.names
    names = {**NAMES, "key_id": site.key_id, "name": "eve", **asked.names}
    answer = site.client.request(method, path.format(**names), **asked.badly)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    assert said["detail"]
    assert said["hint"]


def signed_in(site: Site) -> dict[str, str]:
    """Return the headers of a page in which a user has signed in."""
    user = {"name": "ada", "password": PASSWORD}
    answer = site.nobody.post("/api/auth/login", json=user)
    cookie = answer.headers["set-cookie"].partition(";")[0]
    site.nobody.cookies.clear()
    return {"cookie": cookie, "x-csrf-token": answer.json()["csrf"]}
