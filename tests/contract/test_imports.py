"""Every module and entry point imports by itself, on whichever Python runs this."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
IN_THE_PROGRAM = ("backtrail.model", "backtrail.record")
"""What runs inside the user's process."""
MAY_IMPORT = {"backtrail", "msgspec"}

QUIET_IMPORT = """
import importlib, os, sys, threading
before = set(os.listdir("."))
importlib.import_module(sys.argv[1])
assert threading.active_count() == 1, threading.enumerate()
assert set(os.listdir(".")) == before, "made a file"
"""


def module_names() -> list[str]:
    """List the importable modules; a folder without __init__.py is no package."""
    names = []
    for path in sorted((SOURCE / "backtrail").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        folders = [SOURCE.joinpath(*parts[:depth]) for depth in range(1, len(parts))]
        if all((folder / "__init__.py").exists() for folder in folders):
            names.append(".".join(parts).removesuffix(".__init__"))
    return names


def run_python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.acceptance(36)
@pytest.mark.parametrize("name", module_names())
def test_a_module_imports_by_itself_and_does_nothing(name: str, tmp_path: Path) -> None:
    done = run_python("-c", QUIET_IMPORT, name, folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_there_are_modules_to_import() -> None:
    assert {"backtrail", "backtrail.model.event"} <= set(module_names())


@pytest.mark.acceptance(36)
def test_the_command_is_an_entry_point_that_starts() -> None:
    (command,) = [
        entry for entry in entry_points(group="console_scripts") if entry.name == "backtrail"
    ]
    assert callable(command.load())


@pytest.mark.acceptance(36)
def test_the_command_starts(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("backtrail")
    done = run_python(str(command), "--help", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: backtrail ")


@pytest.mark.parametrize("name", [n for n in module_names() if n.startswith(IN_THE_PROGRAM)])
def test_what_runs_in_the_program_needs_only_the_standard_library_and_msgspec(name: str) -> None:
    path = SOURCE.joinpath(*name.split("."))
    text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
    imported = {
        imported.split(".")[0]
        for node in ast.walk(ast.parse(text))
        for imported in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - MAY_IMPORT - sys.stdlib_module_names == set()


@pytest.mark.acceptance(36)
def test_these_tests_run_on_the_lowest_and_on_the_highest_python_that_is_supported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [word.rpartition(" ")[2] for word in project["classifiers"] if "3." in word]
    constants = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse((ROOT / "dev").read_text()).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in {"SUPPORTED", "SDK_TESTS"}
    }
    assert constants["SUPPORTED"] == named
    assert f">={named[0]}" == project["requires-python"]
    assert Path(__file__).relative_to(ROOT).as_posix() in constants["SDK_TESTS"]
