from __future__ import annotations

from pathlib import Path
from typing import Any

from backtrail.store.kept import read_kept
from sample_store import ERROR, FAILED, WELL


def test_a_pinned_trace_is_kept_until_it_is_unpinned(call: Any, project: Path) -> None:
    home = project / ".backtrail"
    assert call("pin", WELL).out == f"{WELL} is pinned\n"
    assert read_kept(home).pins == {WELL}
    assert call("unpin", "latest").out == f"{WELL} is no longer pinned\n"
    assert read_kept(home).pins == set()


def test_an_error_leads_to_the_trace_that_is_pinned(call: Any, project: Path) -> None:
    assert project.exists()
    assert call("pin", ERROR, "--json").json == {"trace_id": FAILED, "is_pinned": True}
    assert call("unpin", ERROR, "--json").json == {"trace_id": FAILED, "is_pinned": False}


def test_an_unknown_trace_is_not_pinned(call: Any, project: Path) -> None:
    assert call("pin", "ffff").code == 4
    assert call("unpin", "ffff").code == 4
    assert read_kept(project / ".backtrail").pins == set()


def test_pin_needs_an_id(call: Any) -> None:
    assert call("pin").code == 2
