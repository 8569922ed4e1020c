from __future__ import annotations

import pytest

from backtrail.model.errors import NotFoundError
from backtrail.model.limits.reading import SIGN_INS_PER_NAME_MAX
from backtrail.serve.auth.asking import Asked
from backtrail.serve.auth.refusals import NotAllowedError, TooOftenError
from backtrail.serve.auth.scopes import EVERYBODY, Principal
from backtrail.store.accounts.auditing import audit_page
from backtrail.store.accounts.projects import create_project
from gates import World


def asked(world: World, by: Principal | None, project: str = "default") -> Asked:
    return Asked(
        gate=world.gate, by=by, project=project, address="192.0.2.1", now_unix_ns=world.now
    )


def test_only_an_admin_of_a_project_administers_it(world: World) -> None:
    with world.gate.accounts.writing() as writing:
        create_project(writing, "kiln", now_unix_ns=world.now)
    cyd = Principal(name="cyd", user="cyd", roles={"kiln": "admin", "default": "write"})
    assert asked(world, cyd, "kiln").administered(None) == "kiln"
    assert asked(world, cyd).administered("kiln") == "kiln"
    with pytest.raises(NotAllowedError, match="cyd may not administer project 'default'"):
        asked(world, cyd, "kiln").administered("default")
    assert asked(world, EVERYBODY).administered("kiln") == "kiln"
    with pytest.raises(NotFoundError):
        asked(world, EVERYBODY).administered("nowhere")
    [row] = audit_page(world.gate.accounts, before=None, limit=9)
    assert (row.action, row.actor, row.address) == ("request.refused", "cyd", "192.0.2.1")


def test_what_is_done_is_noted_with_who_did_it(world: World) -> None:
    with world.gate.accounts.writing() as writing:
        asked(world, None).note(writing, "session.refused", about="user ada")
        asked(world, EVERYBODY).note(writing, "user.added", about="user ada", project="kiln")
    rows = audit_page(world.gate.accounts, before=None, limit=9)
    assert [(row.actor, row.project, row.time_unix_ns) for row in rows] == [
        ("everybody on this machine", "kiln", world.now),
        ("nobody", None, world.now),
    ]


def test_too_many_tries_are_noted(world: World) -> None:
    one = asked(world, None)
    for _ in range(SIGN_INS_PER_NAME_MAX):
        one.begin_try("ada")
    with pytest.raises(TooOftenError):
        one.begin_try("ada")
    assert audit_page(world.gate.accounts, before=None, limit=1)[0].action == "request.refused"
