"""docs/: made pages are current, nothing public is missing, and every example runs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

import backtrail
from backtrail.cli.main import cli
from backtrail.model import errors, limits
from backtrail.model.limits import reading
from backtrail.model.settings import ABOUT
from backtrail.model.vocabulary import KINDS

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
TELLING = [ROOT / "README.md", *GUIDES]


def examples() -> list[str]:
    """List every command that a page shows, as it is typed."""
    found = []
    for page in TELLING:
        found += re.findall(r"^ {4}(?:\$ )?(backtrail .+)$", page.read_text(), flags=re.MULTILINE)
    return sorted(set(found))


def commands(group: click.Group, path: str) -> list[str]:
    context = click.Context(group)
    names = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        names.append(f"{path} {name}")
        if isinstance(command, click.Group):
            names += commands(command, f"{path} {name}")
    return names


def headings(page: str) -> set[str]:
    text = (ROOT / "docs" / page).read_text()
    return set(re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE))


def rows(page: str) -> set[str]:
    text = (ROOT / "docs" / page).read_text()
    return set(re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE))


def test_the_made_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "gen_docs.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.acceptance(31)
def test_every_command_is_documented() -> None:
    assert set(commands(cli, "backtrail")) - headings("cli.md") == set()


def test_every_kind_is_documented() -> None:
    assert set(KINDS) - headings("events.md") == set()


def test_every_setting_is_documented() -> None:
    assert set(ABOUT) - rows("settings.md") == set()


def test_every_limit_is_documented() -> None:
    assert {name for name in (*vars(limits), *vars(reading)) if name.isupper()} - rows(
        "limits.md"
    ) == set()


def test_every_error_class_is_documented() -> None:
    classes = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert {name for name in classes if name.endswith("Error")} - rows("errors.md") == set()


def test_every_public_name_is_documented() -> None:
    assert set(backtrail.__all__) - headings("python.md") == set()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which a program was recorded and failed."""
    folder = tmp_path_factory.mktemp("hotel")
    for name in ("booking.py", "app.py"):
        shutil.copy(ROOT / "examples" / "booking.py", folder / name)
    (folder / "pyproject.toml").touch()
    (folder / "test_rooms.py").write_text("def test_rooms_have_doors() -> None:\n    assert True\n")
    run(folder, "backtrail run -- python booking.py")
    return folder


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    bin_folder = Path(sys.executable).parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BACKTRAIL_")}
    return subprocess.run(
        shlex.split(command),
        cwd=folder,
        env={**kept, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.acceptance(31)
@pytest.mark.parametrize("command", examples())
def test_an_example_of_the_docs_runs(command: str, project: Path) -> None:
    done = run(project, command)
    is_failing_program = command.endswith(("app.py", "booking.py"))
    assert done.returncode == (1 if is_failing_program else 0), done.stderr
    assert ("Traceback" in done.stderr) == is_failing_program


def test_there_are_examples() -> None:
    assert "backtrail show latest" in examples()


@pytest.mark.acceptance(31)
@pytest.mark.parametrize("page", TELLING, ids=lambda page: page.stem)
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    code = "from pathlib import Path\ntmp_path = Path('.')\n" + "\n".join(blocks)
    (tmp_path / "guide.py").write_text(code)
    done = run(tmp_path, f"{sys.executable} guide.py")
    assert (done.returncode, done.stderr) == (0, "")
