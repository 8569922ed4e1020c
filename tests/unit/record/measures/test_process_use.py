from __future__ import annotations

from pathlib import Path

from running import RUN, journal, of_kind, project, run

PROGRAM = """
import gc, os, sys
held = bytearray(80 << 20)
held[::4096] = b"x" * len(held[::4096])
gc.collect()
if "fork" in sys.argv and not os.fork():
    import backtrail
    backtrail.debug("leave_early")
    sys.exit()
"""


def test_each_process_tells_at_its_end_what_it_used(tmp_path: Path) -> None:
    (project(tmp_path) / "program.py").write_text(PROGRAM)
    done = run(*RUN, "--", "python", "program.py", "--password", "lady" + "bird", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    recorded = journal(tmp_path)
    (use,) = of_kind(recorded, "operation.measured")
    assert use["name"] == "python program.py --password [redacted]"
    assert use["took_ms"] > 0
    assert use["cpu_ms"] > 0
    assert use["peak_memory_bytes"] > 80 << 20
    assert use["gc_pauses"] >= 1
    assert "span" not in use
    ours = [event["kind"] for event in recorded if event["kind"].startswith(("op", "process"))]
    assert ours == ["process.started", "operation.measured", "process.ended"]


def test_a_forked_child_that_records_tells_of_itself(tmp_path: Path) -> None:
    (project(tmp_path) / "program.py").write_text(PROGRAM)
    assert run(*RUN, "--", "python", "program.py", "fork", cwd=tmp_path).returncode == 0
    uses = of_kind(journal(tmp_path), "operation.measured")
    assert len(uses) == 2
    assert min(use["gc_pauses"] for use in uses) < max(use["gc_pauses"] for use in uses)


def test_who_wants_no_measures_gets_none(tmp_path: Path) -> None:
    (project(tmp_path) / "program.py").write_text("import gc; print(len(gc.callbacks))")
    (tmp_path / "backtrail.toml").write_text('watch = ["http"]')
    done = run(*RUN, "--", "python", "program.py", cwd=tmp_path)
    assert done.stdout == b"0\n"
    assert of_kind(journal(tmp_path), "operation.measured") == []
