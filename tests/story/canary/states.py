"""Secrets in states that are tracked, and in values that are refused."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import tempfile
from pathlib import Path

import jsonschema
import msgspec
import pandas as pd
import pydantic
from places import secret, typed

import backtrail


class Login(pydantic.BaseModel):
    user: str
    password: str = pydantic.Field(max_length=3)

    @pydantic.field_validator("user")
    @classmethod
    def check(cls, user: str) -> str:
        raise ValueError(f"no such user, password={secret('said by a validator')}")


class Account(msgspec.Struct):
    name: str
    pin: int = 0


SCHEMA = {"properties": {"api_key": {"maxLength": 3}, "size": {"type": "integer"}}}


def track_values() -> None:
    state = {
        "user": "ann",
        "password": secret("tracked before"),
        "deep": [[[[[[[{"access_token": typed("tracked deep inside")}]]]]]]],
        "rows": [{"name": "api_key", "value": secret("tracked beside its name")}] * 300,
        "note": "nothing yet",
    }
    with backtrail.track_state(state, "session"):
        state["password"] = secret("tracked after")
        state["note"] = f"logged in with {secret('tracked after')}"
        state[f"token={secret('tracked key')}"] = 1
    with backtrail.track_state(lambda: {"size": len(state)}, f"token={secret('tracked name')}"):
        del state["note"]
    frame = pd.DataFrame({"password": ["x"], "note": ["y"]})
    with backtrail.track_state(frame, "frame"):
        frame.loc[0, "password"] = secret("cell")
        frame.loc[0, "note"] = f"password={secret('cell of text')}"


def track_stored(folder: Path) -> None:
    with backtrail.track_state(folder, "folder"):
        (folder / f"token={secret('file name')}").write_text("x")
    with backtrail.track_state(folder / "settings.json", "settings"):
        (folder / "settings.json").write_text(json.dumps({"secret_key": secret("tracked file")}))
    with backtrail.track_state(folder / ".env", "environment"):
        (folder / ".env").write_text(f"A=1\nDB_PASSWORD={secret('tracked lines')}\n")
    with backtrail.track_state(folder / "auth_token", "bare"):
        (folder / "auth_token").write_text(secret("tracked bare file"))
    with contextlib.closing(sqlite3.connect(folder / "users.db")) as users:
        users.execute("CREATE TABLE user (id INTEGER PRIMARY KEY, password TEXT, note TEXT)")
        with backtrail.track_state(users, "users"):
            row = (secret("row"), f"came with {secret('row')}")
            users.execute("INSERT INTO user (password, note) VALUES (?, ?)", row)
            users.commit()


def refuse() -> None:
    with contextlib.suppress(pydantic.ValidationError):
        Login(user="ann", password=secret("refused by pydantic"))
    with contextlib.suppress(pydantic.ValidationError):
        Login.model_validate({"password": "x", "user": {"token": secret("refused inside")}})
    check = jsonschema.Draft202012Validator(SCHEMA)
    list(check.iter_errors({"api_key": typed("refused by jsonschema"), "size": "big"}))
    check.is_valid({"size": {"password": secret("refused beside")}})
    row = {"name": "ann", "pin": secret("refused by msgspec")}
    with contextlib.suppress(msgspec.ValidationError):
        msgspec.convert(row, Account)
    with contextlib.suppress(ValueError):
        json.loads(f'{{"size": 1, "password": "{secret("refused by json")}", nope')
    with contextlib.suppress(ValueError):
        json.loads(
            f'{{"private_key": "{" " * 900}{secret("refused long before")} {"x" * 300}", nope'
        )


def everything() -> None:
    track_values()
    with tempfile.TemporaryDirectory() as folder:
        track_stored(Path(folder))
    refuse()
    with backtrail.measure(f"token={secret('measured name')}"):
        pass
