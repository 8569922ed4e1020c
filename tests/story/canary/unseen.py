"""Secrets in exceptions that are swallowed, in state that changes unseen, and in times."""

from __future__ import annotations

import contextlib
from datetime import datetime

from places import secret, typed

api_key = ""
limits = {"password": "none", "size": 3}


class Session:
    tokens = {"access_token": ""}  # noqa: RUF012 - what is shared by mistake is what is looked for
    history = []  # noqa: RUF012 - see above

    def open(self, seen: list[str] = []) -> None:  # noqa: B006 - see above
        Session.tokens["access_token"] = secret("attribute of a class")
        self.history.append({"client_secret": secret("list of a class")})
        seen.append(f"password={secret('shared default')}")


class RefusedError(Exception):
    def __init__(self, text: str, passphrase: str) -> None:
        super().__init__(text)
        self.passphrase = passphrase

    def __str__(self) -> str:
        return f"token={secret('text of its own')}"


def swallow() -> None:
    def log_in(user: str, password: str) -> None:
        login = {"user": user, "api_key": typed("swallowed inside")}
        raise OSError(f"{user} cannot log in with {password}, {len(login)}")

    with contextlib.suppress(OSError):
        log_in("ann", secret("suppressed"))
    try:  # noqa: SIM105 - it is another way
        log_in("ann", secret("swallowed"))
    except OSError:
        pass
    try:
        try:
            raise KeyError(f"token={secret('swallowed cause')}")
        except KeyError as cause:
            raise RefusedError("refused", secret("of an exception")) from cause
    except RefusedError:
        pass
    try:
        raise ValueError("password", f"Bearer {secret('swallowed argument')}")
    except ValueError:
        pass


def change() -> None:
    global api_key  # noqa: PLW0603 - it is what changes
    api_key = secret("global")
    limits["password"] = secret("item of a global")
    Session().open()


class Vault:
    def __init__(self) -> None:
        self.passwords = []
        self.login = {"user": "ann"}
        self.passphrase = ""

    def fill(self) -> None:
        self.passwords.append(secret("appended under its name"))
        self.login["password"] = secret("stored under its key")
        self.login["note"] = f"came with {self.login['password']}"
        self.passphrase = typed("set as an attribute")


def change_in_place() -> None:
    Vault().fill()
    words = ["--api-key"]
    words.append(secret("appended behind an option"))
    words.append(f"password={secret('appended as a text')}")
    many = dict.fromkeys(map(str, range(50)))
    many["client_secret"] = secret("stored in a large one")
    many[f"token={secret('a key of a large one')}"] = 1
    del many["client_secret"]


def read_times() -> None:
    password = secret("format of a time")
    datetime.strptime(password, password)  # noqa: DTZ007 - as programs do
    datetime.now().strftime(password)  # noqa: DTZ005 - as programs do


def everything() -> None:
    swallow()
    change()
    change_in_place()
    read_times()
