"""What the interface answers keeps what its document says, whatever it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.serve.http.app import make_app
from backtrail.serve.opening import Project
from running import BACKTRAIL, run
from sample_store import write_store
from serving import serving

EXAMPLES = 40
SCOPES = ("--scope", "admin", "--scope", "read", "--scope", "write", "--scope", "ingest")
KEY: dict[str, str] = {}
"""The header by which a server is asked that has users and keys."""
TEXTS = {"query", "since", "cursor"}
DOCUMENT = make_app(Project(home=Path("nowhere"), clock=SYSTEM_CLOCK)).openapi()
schema = schemathesis.openapi.from_dict(DOCUMENT).exclude(path="/api/live")
"""Without the stream, which never ends."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that has two traces to ask for."""
    folder = tmp_path_factory.mktemp("project")
    write_store(folder)
    words = ["keys", "create", "all", *SCOPES, "--rate", "1000000", "--json"]
    made = run(*BACKTRAIL, *words, cwd=folder)
    KEY["X-API-Key"] = json.loads(made.stdout)["key"]
    with serving(folder) as address:
        yield address


@schema.parametrize()
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
def test_every_answer_keeps_the_published_document(case: schemathesis.Case, address: str) -> None:
    # That a text is a query, a time or a cursor is more than a schema can say.
    has_text = TEXTS & {each.name for each in case.operation.query}
    excluded = [positive_data_acceptance] if has_text else []
    case.call_and_validate(base_url=address, headers=KEY, excluded_checks=excluded)


def test_the_server_publishes_that_document(address: str) -> None:
    assert httpx.get(f"{address}/api/openapi.json", headers=KEY).json() == DOCUMENT
