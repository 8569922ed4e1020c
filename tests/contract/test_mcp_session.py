"""The session that docs/guides/mcp.md shows is one that a client really has."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "write_session.py"
GUIDE = ROOT / "docs" / "guides" / "mcp.md"


def test_the_session_of_the_guide_runs_as_it_is_shown() -> None:
    done = subprocess.run(
        [sys.executable, TOOL, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_only_ids_and_times_may_differ() -> None:
    lasting = runpy.run_path(str(TOOL))["lasting"]
    shown = GUIDE.read_text()
    assert lasting(shown).count("ID") > 5
    assert "rates.py" in lasting(shown)
    assert lasting("line 19 of 249,00 in 4 events") == "line 19 of 249,00 in 4 events"


def test_the_session_names_no_place_of_the_machine_that_held_it() -> None:
    shown = GUIDE.read_text()
    assert "/hotel/rates.py" in shown
    assert str(ROOT) not in shown
    assert "/tmp" not in shown
