"""A folder that people and programs share: its users, keys and projects, and how they ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from running import BACKTRAIL, run
from sample_store import write_store

PASSWORD = "a horse of 14 hands"
_clients: list[httpx.Client] = []


def said(folder: Path, *words: str, stdin: str = "", code: int = 0) -> str:
    """Run a command of ours, and return what it printed, or what it complained of."""
    done = run(*BACKTRAIL, *words, cwd=folder, stdin=stdin.encode())
    assert done.returncode == code, done.stderr.decode()
    return (done.stdout if code == 0 else done.stderr).decode()


def shared(folder: Path) -> Path:
    """Make a folder with recordings, two more projects, and an admin."""
    write_store(folder)
    said(folder, "users", "add", "ada", stdin=f"{PASSWORD}\n")
    for name in ("kiln", "shop"):
        said(folder, "projects", "create", name)
    return folder


def key_for(folder: Path, *scopes: str, project: str = "default", rate: int = 6_000) -> str:
    """Make a key."""
    words = [word for scope in scopes for word in ("--scope", scope)]
    words += ["--project", project, "--rate", str(rate), "--json"]
    key: str = json.loads(said(folder, "keys", "create", "test", *words))["key"]
    return key


def as_key(key: str) -> dict[str, str]:
    """Return the header that a program sends with its key."""
    return {"x-api-key": key}


def signed_in(address: str, name: str = "ada", password: str = PASSWORD) -> httpx.Client:
    """Sign in as a page does: a cookie, and a text beside it."""
    client = httpx.Client(base_url=address)
    _clients.append(client)
    answer = client.post("/api/auth/login", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    client.headers["x-csrf-token"] = answer.json()["csrf"]
    return client


@contextmanager
def closed_clients() -> Iterator[None]:
    """Close at the end what was left open."""
    yield
    while _clients:
        _clients.pop().close()
