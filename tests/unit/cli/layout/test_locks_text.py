from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import sample_store
from backtrail.cli.commands.views.asking import looked
from backtrail.cli.failure_text import Page
from backtrail.cli.layout.locks_text import lock_lines
from backtrail.model.event import Event
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.views.lock_timeline import lock_timeline
from built_events import Recorded


def lock(p: Recorded, kind: str, at: float, name: str, owner: str, **more: Any) -> Event:
    body = {"lock": name, "lock_id": name, "lock_type": "Lock", "owner": owner, **more}
    return p.event(f"lock.{kind}", at, **body)


def lines(events: list[Event], page: Page, tmp_path: Path, limit: int = 40) -> list[str]:
    with Catalog.open(sample_store.write_store(tmp_path)) as catalog:
        refresh(catalog)
        seen = looked(catalog, sample_store.WELL)
    told = lock_lines(lock_timeline(events), seen, page, limit=limit)
    return [click.unstyle(line) for line in told]


def test_a_deadlock_stands_first_with_the_command_that_shows_it(page: Page, tmp_path: Path) -> None:
    p = Recorded()
    stuck = p.event(
        "error.raised", 9, error_id="e1", mechanism="deadlock", message="x and y wait",
        locks=[{"name": "A", "holder": "x", "waiters": ["y"]}],
    )  # fmt: skip
    told = lines([lock(p, "acquired", 1, "A", "x"), stuck], page, tmp_path)
    assert told[2:5] == [
        "deadlock: x and y wait",
        "  A: held by x, waited for by y",
        "  backtrail errors show e1",
    ]
    assert any("still holds" in line for line in told)


def test_orders_that_cannot_block_are_told_as_such(page: Page, tmp_path: Path) -> None:
    p = Recorded()
    under = [
        lock(p, "acquired", 1, "B", "x", held=["G", "A"]),
        lock(p, "acquired", 2, "A", "y", held=["G", "B"]),
    ]
    assert "  always under G, so it cannot block" in lines(under, page, tmp_path / "under")
    alone = [
        lock(p, "acquired", 1, "B", "x", held=["A"]),
        lock(p, "acquired", 2, "A", "x", held=["B"]),
    ]
    told = lines(alone, page, tmp_path / "alone")
    assert "  by one and the same, who cannot block itself so" in told


def test_the_page_is_kept(page: Page, tmp_path: Path) -> None:
    p = Recorded()
    events = []
    for number in range(60):
        name = "a lock with a very long name in a module far away"
        events += [
            lock(p, "acquired", number, name, "a thread with a long name", wait_ms=0.4),
            lock(p, "released", number + 0.5, name, "a thread with a long name"),
        ]
    told = lines(events, page, tmp_path, limit=5)
    assert "… 115 steps before them" in told
    assert max(len(line) for line in told if "█" in line or "░" in line) <= page.width
