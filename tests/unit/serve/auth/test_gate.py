from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from backtrail.model.errors import BacktrailError, NotFoundError
from backtrail.model.limits.reading import SIGN_INS_PER_ADDRESS_MAX, SIGN_INS_PER_NAME_MAX
from backtrail.serve.auth.gate import Admitted
from backtrail.serve.auth.refusals import NotAllowedError, TooOftenError, UnknownCallerError
from backtrail.serve.auth.scopes import Need
from backtrail.store.accounts.keys import key_of
from backtrail.store.accounts.projects import create_project
from gates import World


def asked(
    world: World, credential: str = "", need: Need = Need.READ, *, project: str | None = None
) -> Admitted | BacktrailError:
    headers = {"x-api-key": credential} if credential else {}
    return world.gate.admit(method="GET", headers=Headers(headers), need=need, project=project)


def admitted(found: Admitted | BacktrailError) -> str:
    assert isinstance(found, Admitted), found
    return found.project


def test_a_key_is_for_its_project_alone(world: World) -> None:
    for name in ("kiln", "shop"):
        with world.gate.accounts.writing() as writing:
            create_project(writing, name, now_unix_ns=world.now)
    key = world.key("read", "admin", project="kiln")
    assert admitted(asked(world, key)) == "kiln"
    assert admitted(asked(world, key, project="kiln")) == "kiln"
    for other in ("shop", "default", "nowhere", "../kiln", "", "KILN", "kiln\n"):
        found = asked(world, key, project=other)
        if other:
            assert isinstance(found, NotAllowedError), other
    assert isinstance(asked(world, key, Need.INGEST), NotAllowedError)
    assert isinstance(asked(world, key, Need.OWNER), NotAllowedError)


def test_a_header_names_the_project_too_and_the_address_wins(world: World) -> None:
    with world.gate.accounts.writing() as writing:
        create_project(writing, "kiln", now_unix_ns=world.now)
    headers = Headers({"X-Backtrail-Project": "kiln"})
    ask = {"method": "GET", "headers": headers, "need": Need.READ}
    assert admitted(world.gate.admit(**ask, project=None)) == "kiln"  # type: ignore[arg-type]
    assert admitted(world.gate.admit(**ask, project="default")) == "default"  # type: ignore[arg-type]


def test_a_project_that_is_not_there_is_told_to_those_who_may_know(world: World) -> None:
    assert isinstance(asked(world, project="nowhere"), NotFoundError)
    key = world.key("read")
    assert isinstance(asked(world, key, project="nowhere"), NotAllowedError)


def test_an_open_route_is_used_by_anybody_and_whoever_is_known_is_known(outside: World) -> None:
    nobody = asked(outside, need=Need.OPEN)
    assert isinstance(nobody, Admitted)
    assert nobody.principal is None
    wrong = asked(outside, "bt_wrong", need=Need.OPEN)
    assert isinstance(wrong, Admitted)
    assert wrong.principal is None
    key = outside.key("ingest")
    known = asked(outside, key, need=Need.OPEN)
    assert isinstance(known, Admitted)
    assert known.principal is not None
    elsewhere = asked(outside, key, need=Need.OPEN, project="nowhere")
    assert isinstance(elsewhere, Admitted)
    assert elsewhere.principal is None
    assert isinstance(asked(outside, need=Need.SIGNED_IN), UnknownCallerError)


def test_a_key_has_its_rate(world: World) -> None:
    key, other = world.key("read", rate=2), world.key("read", rate=2)
    assert admitted(asked(world, key)) == admitted(asked(world, key)) == "default"
    often = asked(world, key)
    assert isinstance(often, TooOftenError)
    assert often.headers == {
        "Retry-After": "30",
        "RateLimit-Limit": "2",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "60",
    }
    assert admitted(asked(world, other)) == "default"
    world.later(30)
    assert admitted(asked(world, key)) == "default"


def test_when_a_key_was_used_is_known_to_the_minute(world: World) -> None:
    text = world.key("read")

    def used() -> int | None:
        key = key_of(world.gate.accounts, text)
        assert key is not None
        world.gate.note_use(key)
        again = key_of(world.gate.accounts, text)
        assert again is not None
        return again.last_used_unix_ns

    first = used()
    assert first == world.now
    world.later(59)
    assert used() == first
    world.later(1)
    assert used() == world.now


def test_sign_ins_that_fail_have_to_wait_by_name_and_by_address(world: World) -> None:
    for _ in range(SIGN_INS_PER_NAME_MAX):
        world.gate.begin_try("192.0.2.1", "ada")
    with pytest.raises(TooOftenError) as caught:
        world.gate.begin_try("192.0.2.2", "ada")
    assert caught.value.retry_after_s == 60
    world.gate.begin_try("192.0.2.2", "bob")
    for number in range(SIGN_INS_PER_ADDRESS_MAX):
        world.gate.begin_try("192.0.2.3", f"user{number}")
    with pytest.raises(TooOftenError):
        world.gate.begin_try("192.0.2.3", "cyd")
    world.later(60)
    world.gate.begin_try("192.0.2.4", "ada")


def test_sign_ins_that_go_well_may_be_as_many_as_one_likes(world: World) -> None:
    for _ in range(3 * SIGN_INS_PER_ADDRESS_MAX):
        world.gate.begin_try("192.0.2.1", "ada")
        world.gate.end_try("192.0.2.1", "ada")
