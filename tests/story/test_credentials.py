"""No password, key, token or invitation is in any byte that a server keeps or prints."""

from __future__ import annotations

import re
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from running import BACKTRAIL, environment
from sharing import PASSWORD, as_key, closed_clients, key_for, said, shared, signed_in


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    with closed_clients():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with recordings, two more projects, and an admin."""
    return shared(tmp_path)


def test_no_credential_is_in_any_byte_that_is_kept_or_said(folder: Path) -> None:
    home = folder / ".backtrail"
    command = [*BACKTRAIL, "serve", "--port", "0"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment(BACKTRAIL_DOGFOOD="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = process.stdout
        address = next(line for line in lines if "listening" in line).split()[-1].rstrip("/")
        secrets = used_credentials(folder, address)
        process.terminate()
        printed = lines.read().encode()
    kept = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert len(kept) > 3
    for secret in secrets:
        assert len(secret) > 10
        assert secret.encode() not in printed
        found = [path for path, data in kept.items() if secret.encode() in data]
        assert [places_of(path, secret) for path in found] == []
    for path in home.glob("accounts.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = dumped(home / "accounts.db")
    assert [secret for secret in secrets if secret in rows] == []
    private = re.findall(r"[A-Za-z0-9+/=]{64}", rows)
    assert len(private) > 20
    elsewhere = [data for path, data in kept.items() if not path.name.startswith("accounts.db")]
    assert not any(b"argon2id" in data for data in [*elsewhere, printed])
    assert not any(line.encode() in data for line in private for data in [*elsewhere, printed])


def used_credentials(folder: Path, address: str) -> list[str]:
    """Use a credential of each sort, well and badly, and return all of them."""
    ada = signed_in(address)
    token = ada.post("/api/auth/refresh").json()["token"]
    invitation = ada.post("/api/invitations", json={"role": "read"}).json()["invitation"]
    key = ada.post("/api/keys", json={"name": "ci", "scopes": ["read"]}).json()["key"]
    by_command = key_for(folder, "admin")
    said(folder, "users", "add", "bob", stdin="bob's own password\n")
    httpx.get(f"{address}/api/traces", headers=as_key(key))
    httpx.get(f"{address}/api/keys/{key}", headers=as_key(key[:-1]))
    httpx.delete(f"{address}/api/keys/{by_command}", headers=as_key(key))
    httpx.get(f"{address}/{token}", headers={"authorization": f"Bearer {token}x"})
    mistaken = {"name": "another horse of mine", "password": "x"}
    httpx.post(f"{address}/api/auth/login", json=mistaken)
    short = {"name": "eve", "password": "12 short 34", "invitation": "no invitation"}
    httpx.post(f"{address}/api/auth/register", json=short)
    broken = b'{"name": "eve", "password": 123456789012345}'
    assert b"123456789012345" not in httpx.post(f"{address}/api/auth/login", content=broken).content
    cookie = ada.cookies["backtrail_session"]
    csrf = ada.headers["x-csrf-token"]
    return [
        PASSWORD, "bob's own password", "another horse of mine", "12 short 34", "123456789012345",
        token, token.rpartition(".")[2], invitation, key, key[16:],
        by_command, by_command[16:], cookie, csrf,
    ]  # fmt: skip


def dumped(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())


def places_of(path: Path, secret: str) -> str:
    """Tell where in a file a secret stands."""
    data = path.read_bytes()
    at = data.find(secret.encode())
    return f"{path.name}: {data[max(0, at - 300) : at + 60]!r}"
