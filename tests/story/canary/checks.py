"""Tests that fail, with a secret in every place that a test can have one."""

from __future__ import annotations

import os

import pytest
from places import secret, typed


@pytest.fixture
def client() -> dict[str, str]:
    return {"user": "ann", "password": secret("fixture")}


@pytest.mark.parametrize("url", [f"redis://:{secret('parameter')}@cache/0"])
def test_with_a_parameter(url: str) -> None:
    raise OSError(f"no answer from {url}")


@pytest.mark.parametrize("user", ["ann"], ids=[f"token={secret('id of a test')}"])
def test_with_an_id(user: str, client: dict[str, str]) -> None:
    assert client["password"] == "expected", (
        f"password={client['password']} token={typed('told')!r}"
    )


def test_with_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_TOKEN", secret("variable of a test"))
    assert "SERVICE_TOKEN=" + os.environ["SERVICE_TOKEN"] in os.environ


def test_prints(client: dict[str, str]) -> None:
    print(f"password={secret('printed')}")
    pytest.fail(f"the password is {secret('failed with')}, not {client['password']}")
