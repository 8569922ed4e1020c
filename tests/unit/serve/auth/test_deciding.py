from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from backtrail.serve.auth.cookies import csrf_of
from backtrail.serve.auth.deciding import sent_by, who
from backtrail.serve.auth.refusals import NotAllowedError, RefusedRequestError, UnknownCallerError
from backtrail.serve.auth.scopes import Principal
from backtrail.serve.auth.tokens import Claims
from backtrail.store.accounts.keys import revoke_key
from backtrail.store.accounts.sessions import end_session
from backtrail.store.accounts.users import remove_user
from gates import World


def decided(
    world: World, *pairs: tuple[str, str], method: str = "GET"
) -> Principal | RefusedRequestError:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in pairs]
    gate = world.gate
    return who(
        sent_by(method, Headers(raw=raw), is_secure=not gate.is_loopback),
        accounts=gate.accounts,
        keyring=gate.keyring,
        now_unix_ns=world.now,
        is_loopback=gate.is_loopback,
    )


def name_of(found: Principal | RefusedRequestError) -> str | int:
    return found.name if isinstance(found, Principal) else int(found.status)


def test_on_loopback_without_credentials_everybody_may_ask(world: World) -> None:
    found = decided(world)
    assert isinstance(found, Principal)
    assert found.is_everybody
    world.key("ingest")
    assert name_of(decided(world)) == 401


def test_elsewhere_nobody_may_without_credentials(outside: World) -> None:
    assert name_of(decided(outside)) == 401


def test_a_key_is_taken_in_either_header(world: World) -> None:
    key = world.key("read")
    name = f"key {key[3:15]}"
    assert name_of(decided(world, ("x-api-key", key))) == name
    assert name_of(decided(world, ("authorization", f"Bearer {key}"))) == name
    assert name_of(decided(world, ("authorization", f"bearer  {key} "))) == name
    assert name_of(decided(world, ("x-api-key", key), method="DELETE")) == name


@pytest.mark.parametrize(
    "header",
    [
        ("x-api-key", "bt_000000000000_x"),
        ("x-api-key", ""),
        ("x-api-key", "bt_" + "x" * 100_000),
        ("authorization", "Basic YWRhOnNlY3JldA=="),
        ("authorization", "Bearer"),
        ("authorization", "Bearer é"),
        ("authorization", "Bearer " + "x.y.z" * 10_000),
        ("cookie", "backtrail_session=unknown"),
        ("cookie", "something=else"),
    ],
)
def test_what_is_wrong_is_nobody(world: World, header: tuple[str, str]) -> None:
    world.user("ada")
    assert name_of(decided(world, header)) == 401


def test_two_credentials_are_none(world: World) -> None:
    key = world.key("read")
    assert name_of(decided(world, ("x-api-key", key), ("x-api-key", key))) == 401
    assert name_of(decided(world, ("x-api-key", key), ("authorization", f"Bearer {key}"))) == 401


def test_a_wrong_key_is_not_helped_by_a_good_cookie(world: World) -> None:
    _, secret = world.user("ada")
    good = ("cookie", f"backtrail_session={secret}")
    assert name_of(decided(world, good)) == "ada"
    assert name_of(decided(world, good, ("x-api-key", "bt_wrong"))) == 401


def test_a_cookie_alone_may_read_and_change_nothing(world: World) -> None:
    _, secret = world.user("ada")
    _, other = world.user("bob")
    cookie = ("cookie", f"backtrail_session={secret}")
    for method in ("POST", "DELETE", "PUT", "PATCH", "BREW"):
        refused = decided(world, cookie, method=method)
        assert isinstance(refused, NotAllowedError), method
        wrong = ("x-csrf-token", csrf_of(other))
        assert isinstance(decided(world, cookie, wrong, method=method), NotAllowedError)
        right = ("x-csrf-token", csrf_of(secret))
        assert name_of(decided(world, cookie, right, method=method)) == "ada"


def test_a_token_lives_no_longer_than_its_session(world: World) -> None:
    number, secret = world.user("ada")
    claims = Claims(user_id=1, session_no=number)
    token, _ = world.gate.keyring.sign(claims, now_unix_ns=world.now)
    header = ("authorization", f"Bearer {token}")
    assert name_of(decided(world, header)) == "ada"
    assert name_of(decided(world, header, method="POST")) == "ada"
    with world.gate.accounts.writing() as writing:
        end_session(writing, number)
    assert isinstance(decided(world, header), UnknownCallerError)
    assert name_of(decided(world, ("cookie", f"backtrail_session={secret}"))) == 401


def test_a_token_for_the_session_of_somebody_else_is_none(world: World) -> None:
    world.user("ada")
    number, _ = world.user("bob")
    claims = Claims(user_id=1, session_no=number)
    token, _ = world.gate.keyring.sign(claims, now_unix_ns=world.now)
    assert name_of(decided(world, ("authorization", f"Bearer {token}"))) == 401


def test_who_is_removed_or_revoked_is_nobody_at_once(world: World) -> None:
    world.user("ada")
    _, secret = world.user("bob", "read")
    key = world.key("read")
    with world.gate.accounts.writing() as writing:
        remove_user(writing, "bob", must_leave_admin=True)
        revoke_key(writing, key[3:15], must_leave_admin=True)
    assert name_of(decided(world, ("cookie", f"backtrail_session={secret}"))) == 401
    assert name_of(decided(world, ("x-api-key", key))) == 401
