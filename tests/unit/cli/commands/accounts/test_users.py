from __future__ import annotations

from pathlib import Path
from typing import Any

from backtrail.serve.auth.passwords import is_password
from backtrail.store.accounts.database import Accounts
from backtrail.store.accounts.users import user_by_name
from running import BACKTRAIL, run


def test_the_first_user_is_an_admin_and_the_next_ones_read(call: Any, tmp_path: Path) -> None:
    said = call("users", "add", "ada", "--generate")
    assert said.code == 0
    assert said.out.startswith("ada is a user: admin in project default\n")
    password = said.out.split()[-1]
    user = user_by_name(Accounts(tmp_path / ".backtrail"), "ada")
    assert user is not None
    assert is_password(password, user.password_hash)
    assert call("users", "add", "bob", "--generate", "--json").json["role"] == "read"
    listed = call("users", "list").out.splitlines()
    assert [line.split() for line in listed] == [
        ["user", "roles", "signed", "in"],
        ["ada", "default:", "admin", "never"],
        ["bob", "default:", "read", "never"],
    ]
    assert [one["name"] for one in call("users", "list", "--json").json["users"]] == ["ada", "bob"]


def test_a_password_comes_on_standard_input(tmp_path: Path) -> None:
    done = run(*BACKTRAIL, "users", "add", "ada", cwd=tmp_path, stdin=b"a horse of 14 hands\n\n")
    assert done.returncode == 0, done.stderr
    assert b"horse" not in done.stdout + done.stderr
    user = user_by_name(Accounts(tmp_path / ".backtrail"), "ada")
    assert user is not None
    assert is_password("a horse of 14 hands", user.password_hash)
    short = run(*BACKTRAIL, "users", "add", "bob", cwd=tmp_path, stdin=b"")
    assert short.returncode == 2
    assert b"the password has 0 characters" in short.stderr


def test_what_does_not_fit_is_said(call: Any) -> None:
    call("users", "add", "ada", "--generate")
    assert call("users", "add", "ada", "--generate").code == 5
    assert call("users", "add", "Ada", "--generate").code == 2
    assert call("users", "add", "bob", "--project", "kiln", "--generate").code == 4
    assert call("users", "remove", "bob").code == 4
    assert call("users", "allow", "bob", "--role", "read").code == 4


def test_a_user_is_given_a_role_and_removed(call: Any) -> None:
    call("users", "add", "ada", "--generate")
    call("projects", "create", "kiln")
    assert call("users", "allow", "ada", "--role", "write", "--project", "kiln").out == (
        "ada is write in project kiln\n"
    )
    [ada] = call("users", "list", "--json").json["users"]
    assert ada["roles"] == {"default": "admin", "kiln": "write"}
    assert call("users", "remove", "ada").out == "ada is no user any more\n"
    assert "no users" in call("users", "list").out


def test_an_invitation_is_shown_once(call: Any) -> None:
    said = call("users", "invite", "--role", "write")
    assert said.out.startswith("invitation, shown this once: ")
    assert "good until 2025-10-16 " in said.out
    told = call("users", "invite", "--json").json
    assert len(told["invitation"]) == 43
