from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from backtrail.record.attach.bootstrap import (
    PYTEST_PLUGIN,
    add_plugin,
    is_our_own,
    script_folder,
    uncover,
)
from running import RUN, journal, of_kind, project, run


@pytest.mark.parametrize(
    ("arguments", "options", "is_ours"),
    [
        (["bin/backtrail", "show"], [], True),
        (["bin/backtrail"], ["-X", "dev"], True),
        (["-m", "show"], ["-X", "dev", "-m", "backtrail"], True),
        (["-m"], ["-m", "pytest"], False),
        (["-m"], ["-m"], False),
        (["app.py", "backtrail"], [], False),
        (["-c", "backtrail"], [], False),
        ([""], [], False),
        ([], [], False),
    ],
)
def test_our_own_commands_are_told_from_programs(
    *, arguments: list[str], options: list[str], is_ours: bool
) -> None:
    rest = arguments[1:] if options[-2:-1] == ["-m"] else arguments
    assert is_our_own(arguments, ["python", *options, *rest]) is is_ours


def test_pytest_loads_the_plugin_behind_its_own() -> None:
    config = ModuleType("config")
    vars(config)["default_plugins"] = ("mark", "main")
    add_plugin(config)
    assert vars(config)["default_plugins"] == ("mark", "main", PYTEST_PLUGIN)


def test_a_program_finds_its_modules_in_the_folder_of_its_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "deep" / "app.py"
    script.parent.mkdir()
    script.touch()
    (tmp_path / "link.py").symlink_to(script)
    monkeypatch.chdir(tmp_path)
    assert script_folder([str(script), "-v"]) == str(script.parent)
    assert script_folder(["link.py"]) == str(script.parent)
    assert script_folder(["deep"]) == str(script.parent)
    assert script_folder(["-m", "app"]) == script_folder(["-c"]) == str(tmp_path)
    assert script_folder([]) == script_folder([""]) == str(tmp_path)


def test_only_modules_that_the_program_has_too_are_uncovered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("needed", "needed.part", "before", "elsewhere", "plain_folder", "package"):
        module = ModuleType(name)
        module.__file__ = f"{name}.py"
        monkeypatch.setitem(sys.modules, name, module)
    for name in ("needed.py", "before.py", "msgspec.py", "sys.py"):
        (tmp_path / name).touch()
    (tmp_path / "plain_folder").mkdir()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    loaded = {"before"}
    uncover(str(tmp_path), loaded=loaded)
    assert {"needed", "needed.part", "package"}.isdisjoint(sys.modules)
    assert {"before", "elsewhere", "plain_folder", "msgspec", "sys"} <= set(sys.modules)


def test_a_folder_that_cannot_be_listed_covers_nothing(tmp_path: Path) -> None:
    before = dict(sys.modules)
    uncover(str(tmp_path / "missing"), loaded=())
    assert sys.modules == before


def test_a_program_that_starts_recording_itself_stays_in_its_run(tmp_path: Path) -> None:
    program = "import os, backtrail; os.chdir('/'); backtrail.start(); backtrail.debug('load_user')"
    options = ["--session", "till", "--hang-after", "50s"]
    done = run(*RUN, *options, "--", "python", "-c", program, cwd=project(tmp_path))
    assert (done.returncode, done.stderr) == (0, b"")
    recorded = journal(tmp_path)
    (started,) = of_kind(recorded, "process.started")
    (entry,) = of_kind(recorded, "debug.recorded")
    (ended,) = of_kind(recorded, "run.ended")
    assert started["session"] == "till"
    assert started["trace"] == entry["trace"] == ended["trace"]
