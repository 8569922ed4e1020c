from __future__ import annotations

from typing import Annotated

import anyio
import pytest
from fastapi import Depends, FastAPI
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from backtrail.model.errors import UsageError
from backtrail.model.limits.reading import REQUEST_BODY_BYTES_MAX
from backtrail.serve.http import bodies
from backtrail.serve.http.bodies import body_of
from backtrail.serve.http.problems import explain


class Cup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cup."""

    colour: Annotated[str, Meta(max_length=10)] = "blue"
    size: int = 3


def client() -> TestClient:
    app = FastAPI()
    explain(app)

    @app.post("/cups")
    def make(given: Annotated[Cup, Depends(body_of(Cup))]) -> str:
        return f"{given.colour} {given.size}"

    return TestClient(app, raise_server_exceptions=False)


def test_a_body_is_brought_to_its_struct_and_none_is_an_empty_one() -> None:
    assert client().post("/cups", content=b'{"colour": "red", "size": 4}').json() == "red 4"
    assert client().post("/cups").json() == "blue 3"
    assert client().post("/cups", content=b'{"size": 4.0}').json() == "blue 4"
    assert client().post("/cups", content=b'{"size": 4.5}').status_code == 400


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "truncated"),
        (b"[]", "Expected `object`, got `array`"),
        (b"[" * 50_000, "the body does not fit"),
        (b'{"size": "secret-5512"}', "in `size"),
        (b'{"colour": "secret-5512"}', "length <= 10"),
        (b'{"secret": 1}', "unknown field"),
        (b'{"colour": "\xff"}', "the body does not fit"),
        (b'"' + b"x" * REQUEST_BODY_BYTES_MAX + b'"', "more than 65536 bytes"),
    ],
)
def test_what_does_not_fit_is_told_without_what_was_sent(body: bytes, why: str) -> None:
    answer = client().post("/cups", content=body)
    assert answer.status_code == 400
    assert why in answer.text
    assert "5512" not in answer.text
    assert answer.json()["hint"]


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "REQUEST_READ_S_MAX", 0.01)

    async def never() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    request = Request({"type": "http", "headers": []}, never)
    with pytest.raises(UsageError, match=r"did not come within 0\.01 s"):
        anyio.run(body_of(Cup), request)
