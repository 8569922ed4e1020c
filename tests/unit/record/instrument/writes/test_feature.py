from __future__ import annotations

from pathlib import Path

from running import RUN, environment, journal, of_kind, project, run

PROGRAM = "import other\nother.add('a')\nclass A: pass\ndef f(a):\n    a.n = 1\nf(A())\n"
OTHER = "items = []\ndef add(item):\n    items.append(item)\n"


def test_what_a_program_changes_is_told_if_state_is_watched(tmp_path: Path) -> None:
    (project(tmp_path) / "program.py").write_text(PROGRAM)
    (tmp_path / "other.py").write_text(OTHER)
    for watched, names in (("clock,handled", []), ("state", ["items", "A.n"])):
        env = environment(BACKTRAIL_WATCH=watched)
        done = run(*RUN, "--", "python", "program.py", cwd=tmp_path, env=env)
        assert done.returncode == 0, done.stderr.decode()
        told = of_kind(journal(tmp_path), "state.changed")
        assert [event["name"] for event in told] == names


def test_what_a_test_or_a_library_changes_is_not_told(tmp_path: Path) -> None:
    folder = project(tmp_path) / "lib" / "site-packages"
    folder.mkdir(parents=True)
    (folder / "other.py").write_text(OTHER)
    (tmp_path / "program.py").write_text(f"import sys\nsys.path.append({str(folder)!r})\n{PROGRAM}")
    env = environment(BACKTRAIL_WATCH="state")
    run(*RUN, "--", "python", "program.py", cwd=tmp_path, env=env)
    told = of_kind(journal(tmp_path), "state.changed")
    assert [event["name"] for event in told] == ["A.n"]
