from __future__ import annotations

from pathlib import Path
from typing import Any

import builders
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.page.material import Material, gather
from backtrail.trail.page.waiting import waiting_draft
from sample_store import ERROR, FAILED, MS


def lock(kind: str, t: int, name: str, owner: str, **body: Any) -> bytes:
    given = {"lock": name, "lock_id": name, "lock_type": "Lock", "owner": owner, **body}
    return builders.line(f"lock.{kind}", FAILED, t=t * MS, thread=f"{owner}:1", **given)


def texts(home: Path, *lines: bytes) -> list[str]:
    builders.write_segment(home, builders.process_id(1), list(lines))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        draft = waiting_draft(gather(catalog, FAILED))
    return [piece.text for piece in draft.pieces] if draft else []


def test_a_trace_without_trouble_has_no_such_section(material: Material) -> None:
    assert waiting_draft(material) is None


def test_a_wait_that_was_given_up_is_told(tmp_path: Path) -> None:
    (told,) = texts(
        tmp_path,
        lock("requested", 1, "kiln", "ann", holder="ben"),
        lock("timed_out", 9, "kiln", "ann", wait_ms=8.0, holder="ben"),
    )
    assert told.startswith("- ann gave up waiting for kiln after 8.0 ms, held by ben `")


def test_a_wait_that_never_ended_is_told(tmp_path: Path) -> None:
    (told,) = texts(tmp_path, lock("requested", 1, "kiln", "ann", holder="ben"))
    assert told.startswith("- ann was waiting for kiln, held by ben `")


def test_locks_that_are_taken_in_conflicting_orders_are_told(tmp_path: Path) -> None:
    lines = []
    for start, owner, first, second in ((1, "ann", "kiln", "shelf"), (20, "ben", "shelf", "kiln")):
        lines += [
            lock("acquired", start, first, owner),
            lock("acquired", start + 1, second, owner, held=[first]),
            lock("released", start + 2, second, owner, hold_ms=1.0),
            lock("released", start + 3, first, owner, hold_ms=3.0),
        ]
    assert texts(tmp_path, *lines) == ["- taken in conflicting orders: kiln, shelf"]


def test_a_deadlock_comes_first(tmp_path: Path) -> None:
    held = [{"name": "kiln", "holder": "ann", "waiters": ["ben"]}]
    body = builders.error_body(ERROR, mechanism="deadlock", type="deadlock", locks=held)
    told = texts(
        tmp_path,
        lock("requested", 1, "kiln", "ben", holder="ann"),
        builders.line("error.raised", FAILED, t=5 * MS, **body),
    )
    assert told[0].startswith("- deadlock: kiln")
    assert "ann" in told[0]
