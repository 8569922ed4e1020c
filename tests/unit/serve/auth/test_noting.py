from __future__ import annotations

from backtrail.model.limits.reading import AUDIT_REFUSALS_MAX
from backtrail.serve.auth.noting import REFUSED
from backtrail.store.accounts.auditing import audit_page
from backtrail.store.accounts.rows import AuditRow
from gates import World


def rows(world: World) -> list[AuditRow]:
    return audit_page(world.gate.accounts, before=None, limit=1_000)


def refuse(world: World, count: int) -> None:
    for _ in range(count):
        world.gate.refusals.add(
            now_unix_ns=world.now, actor="nobody", about="GET /api/traces", address="127.0.0.1"
        )


def test_a_flood_of_refusals_is_counted_in_one_row(world: World) -> None:
    refuse(world, AUDIT_REFUSALS_MAX + 1_000)
    assert len(rows(world)) == AUDIT_REFUSALS_MAX
    world.later(60)
    refuse(world, 1)
    newest, counted, *_ = rows(world)
    assert (newest.action, newest.times) == (REFUSED, 1)
    assert (counted.actor, counted.times) == ("several", 1_000)


def test_what_was_only_counted_is_noted_at_the_end(world: World) -> None:
    refuse(world, AUDIT_REFUSALS_MAX + 5)
    world.gate.refusals.close(world.now)
    assert rows(world)[0].times == 5
    world.gate.refusals.close(world.now)
    assert len(rows(world)) == AUDIT_REFUSALS_MAX + 1
