from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from backtrail.record.attach.inherit import ADDED, SITE, extended
from running import environment, journal, of_kind, project, run

SEEN = """
import json, os, sys
print(json.dumps({
    "argv": sys.argv,
    "path": sys.path,
    "environ": dict(os.environ),
    "bytes": repr(sorted(os.environb.items())),
    "sitecustomize": "sitecustomize" in sys.modules,
    "flags": repr(sys.flags),
    "main": sorted(vars(sys.modules["__main__"])),
    "is_cached": any("attach/site" in path for path in sys.path_importer_cache),
}, sort_keys=True))
"""
OLD = """
import sys
sys.version_info = (3, 10, 1)
sys.modules.pop("sitecustomize", None)
sys.path.insert(0, {site!r})
try:
    import sitecustomize
except ModuleNotFoundError as error:
    assert error.name == "sitecustomize"
print({site!r} in sys.path, "backtrail" in sys.modules)
"""


def given(folder: Path, **more: str) -> dict[str, str]:
    """Return what `backtrail run` gives to a process."""
    home = str(project(folder) / ".backtrail")
    return {"BACKTRAIL_DIR": home, "BACKTRAIL_RUN": "ab12", "BACKTRAIL_PATH": "", **more}


@pytest.mark.parametrize("before", [None, "", "lib", "lib:other"])
def test_the_program_sees_nothing_of_it(tmp_path: Path, before: str | None) -> None:
    script = tmp_path / "app.py"
    script.write_text(SEEN)
    env = environment(PYTHONPATH=before, BACKTRAIL_MODE="flight")
    ours = given(tmp_path, BACKTRAIL_MODE="full", TRACEPARENT="00-x")
    for arguments in ([script, "-x"], ["-c", SEEN, "a"], ["-m", "app", "b"]):
        plain = run("python", *arguments, cwd=tmp_path, env=env)
        hidden = run("python", *arguments, cwd=tmp_path, env=extended(env, ours))
        assert hidden.stderr == plain.stderr == b""
        assert hidden.stdout == plain.stdout
        assert json.loads(plain.stdout)["environ"]["BACKTRAIL_MODE"] == "flight"
    started = of_kind(journal(tmp_path), "process.started")
    assert [event["run_id"] for event in started] == ["ab12"] * 3


def test_a_folder_that_a_script_put_on_the_path_on_the_way_stays(tmp_path: Path) -> None:
    env = extended(environment(PYTHONPATH="lib"), given(tmp_path))
    env["PYTHONPATH"] = f"first:{env['PYTHONPATH']}:last"
    done = run("python", "-c", "import os; print(os.environ['PYTHONPATH'])", cwd=tmp_path, env=env)
    assert done.stdout == b"first:lib:last\n"


def test_children_find_what_the_program_does_not_see(tmp_path: Path) -> None:
    code = "import os; os.system('env')"
    env = extended(environment(), given(tmp_path))
    done = run("python", "-c", code, cwd=tmp_path, env=env)
    assert f"{ADDED}={env[ADDED]}" in done.stdout.decode().splitlines()


def test_the_users_own_sitecustomize_runs_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys; print('own', __name__, __file__, sys.modules[__name__].__doc__)"
    )
    env = environment(PYTHONPATH=str(tmp_path))
    plain = run("python", "-c", SEEN, cwd=tmp_path, env=env)
    hidden = run("python", "-c", SEEN, cwd=tmp_path, env=extended(env, given(tmp_path)))
    assert plain.stdout == hidden.stdout
    assert plain.stdout.startswith(b"own sitecustomize")


@pytest.mark.parametrize("code", ["1 / 0", "import nowhere", "x = ("])
def test_what_the_users_own_sitecustomize_raises_is_reported_alike(
    tmp_path: Path, code: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(code)
    env = environment(PYTHONPATH=str(tmp_path))
    plain = run("python", "-c", SEEN, cwd=tmp_path, env=env)
    hidden = run("python", "-c", SEEN, cwd=tmp_path, env=extended(env, given(tmp_path)))
    assert plain.stdout == hidden.stdout
    assert plain.stderr.splitlines()[-1:] == hidden.stderr.splitlines()[-1:]
    assert plain.returncode == hidden.returncode


def test_a_module_of_the_program_wins_over_one_that_we_needed(tmp_path: Path) -> None:
    for name in ("decimal", "uuid", "datetime", "contextlib"):
        (tmp_path / f"{name}.py").write_text(f"mine = {name!r}")
    script = tmp_path / "app.py"
    script.write_text("import decimal, uuid, datetime; print(decimal.mine, uuid.mine)")
    env = extended(environment(), given(tmp_path))
    done = run("python", script, cwd=tmp_path, env=env)
    assert (done.stdout, done.stderr) == (b"decimal uuid\n", b"")


def test_a_python_that_cannot_be_recorded_says_so_to_us_alone(tmp_path: Path) -> None:
    env = extended(environment(), given(tmp_path))
    (tmp_path / ".backtrail" / "journal").mkdir()
    code = OLD.format(site=SITE)
    done = run("python", "-E", "-c", code, cwd=tmp_path, env=env)
    assert (done.stdout, done.stderr) == (b"False False\n", b"")
    note = tmp_path / ".backtrail" / "journal" / "ab12.unrecorded"
    assert note.read_text().endswith(": recording needs 3.11\n")


def test_an_old_python_can_read_it() -> None:
    source = Path(SITE, "sitecustomize.py").read_text()
    ast.parse(source, feature_version=(3, 4))
    assert "from __future__" not in source
