from __future__ import annotations

from backtrail.serve.auth.senders import sender_gate
from backtrail.store.accounts.auditing import audit_page
from backtrail.store.accounts.keys import key_of
from backtrail.store.accounts.projects import create_project
from gates import World


def status(world: World, *metadata: tuple[str, str | bytes]) -> int | None:
    refusal = sender_gate(world.gate)(metadata)
    return None if refusal is None else refusal.status


def test_a_key_that_may_send_is_let_in(world: World) -> None:
    assert status(world) is None
    key, other = world.key("ingest"), world.key("read")
    assert status(world, ("x-api-key", key), ("user-agent", "grpc")) is None
    assert status(world, ("authorization", f"Bearer {key}")) is None
    assert status(world, ("x-api-key", other)) == 403
    assert status(world) == 401
    assert status(world, ("x-api-key", "bt_wrong"), ("trace-bin", b"\xff\x00")) == 401
    assert status(world, ("x-api-key", "\u20ac")) == 401
    found = key_of(world.gate.accounts, key)
    assert found is not None
    assert found.last_used_unix_ns == world.now
    about = [row.about for row in audit_page(world.gate.accounts, before=None, limit=9)]
    assert about[-1] == "to send over gRPC: Forbidden"
    assert len(about) == 4


def test_a_key_of_another_project_is_told_where_it_can_send(world: World) -> None:
    with world.gate.accounts.writing() as writing:
        create_project(writing, "kiln", now_unix_ns=world.now)
    refusal = sender_gate(world.gate)([("x-api-key", world.key("ingest", project="kiln"))])
    assert refusal is not None
    assert (refusal.status, "not kiln" in refusal.message) == (403, True)


def test_a_key_that_sends_too_often_is_told_when_to_come_again(world: World) -> None:
    key = world.key("ingest", rate=1)
    assert status(world, ("x-api-key", key)) is None
    refusal = sender_gate(world.gate)([("x-api-key", key)])
    assert refusal is not None
    assert (refusal.status, refusal.retry_after_s) == (429, 60)


def test_accounts_that_cannot_be_read_let_nobody_in(world: World) -> None:
    world.gate.accounts.home.mkdir(exist_ok=True)
    world.gate.accounts.path.write_bytes(b"no file of accounts " * 100)
    assert status(world) == 503
