from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw
from starlette.applications import Starlette
from starlette.testclient import TestClient

import builders
from backtrail.model.event import Header
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.routes.journal import journal_routes
from backtrail.serve.shipping.parcel import NDJSON, PATH, Stretch, encoded
from backtrail.store import reading
from backtrail.store.catalog import Catalog

PROCESS, TRACE = builders.process_id(1), builders.trace_id(1)
LINES = [line.rstrip(b"\n") for line in builders.debugs(TRACE, 3)]
HEADER = msgspec.json.decode(builders.header(PROCESS), type=Header)
BODY = encoded([Stretch(header=HEADER, lines=[Raw(line) for line in LINES], is_ended=True)])
HEADERS = {"Content-Type": NDJSON}


@pytest.fixture
def ingest(tmp_path: Path) -> Ingest:
    return Ingest(tmp_path / ".backtrail")


@pytest.fixture
def client(ingest: Ingest) -> Iterator[TestClient]:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        ingest.start()
        yield
        ingest.close()

    with TestClient(Starlette(routes=journal_routes(ingest), lifespan=lifespan)) as client:
        yield client


def kept(ingest: Ingest) -> int:
    with Catalog.open(ingest.home) as catalog:
        return len(list(reading.events(catalog, TRACE)))


def test_what_is_answered_is_found_by_a_query(ingest: Ingest, client: TestClient) -> None:
    for body, headers in (
        (BODY, HEADERS),
        (gzip.compress(BODY), HEADERS | {"Content-Encoding": "gzip"}),
    ):
        answer = client.post(PATH, content=body, headers=headers)
        assert answer.status_code == 200
        told = {"next_seq": 3, "is_gap": False, "refused": None}
        assert answer.json() == {"processes": {PROCESS: told}}
    assert client.post(PATH, content=b"", headers=HEADERS).json() == {"processes": {}}
    client.__exit__(None, None, None)
    assert kept(ingest) == 3


@pytest.mark.parametrize(
    ("body", "headers", "status", "says"),
    [
        (BODY, {"Content-Type": "application/json"}, 415, "x-ndjson"),
        (BODY, HEADERS | {"Content-Encoding": "br"}, 415, "br"),
        (BODY, HEADERS | {"Content-Encoding": "gzip"}, 400, "compressed"),
        (b"{}", HEADERS, 400, "line 1"),
        (BODY.replace(b'"v":1', b'"v":9'), HEADERS, 400, "format 9"),
    ],
)
def test_what_is_no_journal_is_refused_with_a_reason(
    client: TestClient, body: bytes, headers: dict[str, str], status: int, says: str
) -> None:
    answer = client.post(PATH, content=body, headers=headers)
    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert answer.json()["hint"]


def test_a_server_without_room_says_when_to_come_again(ingest: Ingest, client: TestClient) -> None:
    with ingest.room.share() as share:
        share.grow(ingest.room.most)
        answer = client.post(PATH, content=BODY, headers=HEADERS)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert client.post(PATH, content=BODY, headers=HEADERS).status_code == 200


def test_a_disk_that_cannot_be_written_is_a_503_and_what_comes_again_is_taken(
    ingest: Ingest, client: TestClient
) -> None:
    moved = (ingest.home / "journal").rename(ingest.home / "elsewhere")
    answer = client.post(PATH, content=BODY, headers=HEADERS)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    moved.rename(ingest.home / "journal")
    assert client.post(PATH, content=BODY, headers=HEADERS).status_code == 200
    client.__exit__(None, None, None)
    assert kept(ingest) == 3
