from __future__ import annotations

from pathlib import Path

from running import RUN, environment, journal, of_kind, project, run

PROGRAM = "LIMIT = 1\ndef f():\n    global LIMIT\n    LIMIT = 2\nf()\n1 / 0\n"


def test_state_is_told_with_an_error_if_it_is_watched(tmp_path: Path) -> None:
    (project(tmp_path) / "program.py").write_text(PROGRAM)
    for watched, names in (("clock", []), ("state", ["program.LIMIT"])):
        env = environment(BACKTRAIL_WATCH=watched)
        run(*RUN, "--", "python", "program.py", cwd=tmp_path, env=env)
        events = journal(tmp_path)
        assert [event["name"] for event in of_kind(events, "state.changed")] == names
    kinds = [event["kind"] for event in events]
    assert kinds.index("state.changed") < len(kinds) - 1 - kinds[::-1].index("error.raised")
