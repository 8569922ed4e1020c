from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backtrail.model.errors import (
    BacktrailError,
    NotFoundError,
    RefusedError,
    StoreError,
    UsageError,
)
from backtrail.serve.auth.refusals import TooOftenError, UnknownCallerError
from backtrail.serve.http.problems import DOCUMENTED, MEDIA, explain, problem


@pytest.mark.parametrize(
    ("error", "status", "detail", "hint"),
    [
        (UsageError("the cup is no cup", hint="bring one"), 400, "the cup is no cup", "bring one"),
        (NotFoundError("there is no cup", hint="look"), 404, "there is no cup", "look"),
        (RefusedError("the cup is not yours", hint="ask"), 403, "the cup is not yours", "ask"),
        (StoreError("the shelf is wet", hint="dry it"), 503, "the shelf is wet", "dry it"),
        (
            PermissionError(13, "Permission denied", "/shelf"),
            503,
            "/shelf: Permission denied",
            None,
        ),
        (OSError("no shelf"), 503, "no shelf", None),
    ],
)
def test_what_is_raised_is_told_in_a_sentence_with_a_hint(
    error: Exception, status: int, detail: str, hint: str | None
) -> None:
    answer = raising(error).get("/cup")
    body = answer.json()
    assert (answer.status_code, body["status"], body["detail"]) == (status, status, detail)
    assert hint is None or body["hint"] == hint
    assert body["hint"]
    assert answer.headers["content-type"] == MEDIA


def test_a_fault_of_ours_says_so_and_nothing_of_its_inside(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = raising(ZeroDivisionError("secret inside")).get("/cup")
    assert answer.status_code == 500
    assert "fault of Backtrail" in answer.json()["detail"]
    assert "secret inside" not in answer.text
    assert "ZeroDivisionError: secret inside" in capsys.readouterr().err


def test_a_parameter_that_does_not_fit_is_named_with_its_value() -> None:
    answer = raising(UsageError("never", hint="never")).get("/cups?limit=many")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("limit is 'many': input should be a valid integer")


def test_what_is_not_there_and_what_may_not_be_done_is_named() -> None:
    client = raising(UsageError("never", hint="never"))
    assert client.get("/saucer").json()["detail"] == "GET /saucer: Not Found"
    refused = client.post("/cup")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    assert refused.json()["title"] == "Method Not Allowed"


def test_every_status_that_may_come_is_documented() -> None:
    assert set(DOCUMENTED) == {400, 401, 403, 404, 422, 429, 500, 503}
    assert problem(404, "gone").headers["content-type"] == MEDIA


def test_who_is_refused_is_told_what_helps() -> None:
    answer = raising(UnknownCallerError("who asks?", hint="say it")).get("/cup")
    assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    often = raising(TooOftenError("too often", hint="wait", retry_after_s=9)).get("/cup")
    assert (often.status_code, often.headers["retry-after"]) == (429, "9")


def raising(error: Exception) -> TestClient:
    """Return a client of an application whose one route raises."""
    app = FastAPI()
    explain(app)

    @app.get("/cup")
    def cup() -> None:
        if type(error) is BacktrailError:
            raise AssertionError
        raise error

    @app.get("/cups")
    def cups(limit: int) -> int:
        return limit

    return TestClient(app, raise_server_exceptions=False)
