from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.model import limits
from running import RUN, environment, journal, of_kind, project, run

TAKES = "try:\n    int('x')\nexcept ValueError:\n    pass\n"


def taken_in(folder: Path, program: str, *options: str) -> tuple[list[str], dict[str, int]]:
    """Run a program plainly and recorded, alike; return the files that took, and the counters."""
    (folder / "program.py").write_text(program)
    env = environment(BACKTRAIL_WATCH="handled", PYTHONDONTWRITEBYTECODE=None)
    plain = run("python", *options, "program.py", cwd=folder, env=env)
    recorded = run(*RUN, "--", "python", *options, "program.py", cwd=folder, env=env)
    assert (recorded.stdout, recorded.stderr) == (plain.stdout, plain.stderr)
    assert recorded.returncode == plain.returncode
    events = journal(folder)
    ended = of_kind(events, "process.ended")
    files = [Path(event["handler"]["file"]).name for event in of_kind(events, "exception.handled")]
    return files, ended[0].get("counters", {}) if ended else {}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path)


def test_modules_and_packages_of_the_program_have_sites(folder: Path) -> None:
    (folder / "one.py").write_text(TAKES)
    (folder / "pack").mkdir()
    (folder / "pack" / "__init__.py").write_text(TAKES)
    (folder / "pack" / "two.py").write_text("def f():\n    " + TAKES.replace("\n", "\n    "))
    program = (
        "import importlib, one, pack.two\npack.two.f()\nimportlib.reload(one)\n"
        "print(one.__cached__, type(one.__loader__), sorted(vars(one)))\n"
    )
    files, _ = taken_in(folder, program)
    assert files == ["one.py", "__init__.py", "two.py", "one.py"]


def test_what_python_keeps_of_a_module_is_without_sites(folder: Path) -> None:
    (folder / "one.py").write_text(TAKES)
    assert taken_in(folder, "import one\n")[0] == ["one.py"]
    (kept,) = (folder / "__pycache__").glob("one.*.pyc")
    recorded = kept.read_bytes()
    kept.unlink()
    run("python", "-c", "import one", cwd=folder, env=environment(PYTHONDONTWRITEBYTECODE=None))
    assert kept.read_bytes() == recorded


@pytest.mark.parametrize("place", ["lib/site-packages", "lib/dist-packages"])
def test_libraries_have_none(place: str, folder: Path) -> None:
    (folder / place).mkdir(parents=True)
    (folder / place / "one.py").write_text(TAKES)
    program = f"import sys; sys.path.append({str(folder / place)!r})\nimport one, csv, json\n"
    assert taken_in(folder, program)[0] == []


@pytest.mark.parametrize("text", ["def f(:\n", "x = 1\n\tif x:\n", "x = '\0'", "\ud800"])
def test_a_module_that_is_no_python_fails_as_it_would(text: str, folder: Path) -> None:
    (folder / "one.py").write_bytes(text.encode("utf-8", "surrogatepass"))
    files, _ = taken_in(folder, TAKES + "import one\n")
    assert files == ["program.py"]


def test_a_module_that_fails_has_the_traceback_that_it_would_have(folder: Path) -> None:
    (folder / "one.py").write_text(TAKES + "import two\n")
    (folder / "two.py").write_text(TAKES + "import missing\n")
    assert taken_in(folder, "import one\n")[0] == ["one.py", "two.py"]


def test_a_loader_of_the_programs_own_is_left_alone(folder: Path) -> None:
    (folder / "one.py").write_text(TAKES)
    program = """
import importlib.machinery, importlib.util
class Loader(importlib.machinery.SourceFileLoader):
    def source_to_code(self, data, path):
        return compile(data + b"print('changed')", path, "exec")
spec = importlib.util.spec_from_file_location("one", "one.py", loader=Loader("one", "one.py"))
spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""
    assert taken_in(folder, program)[0] == []


def test_a_large_module_has_none(folder: Path) -> None:
    (folder / "one.py").write_text(TAKES + "#" * limits.SITES_SOURCE_BYTES_MAX)
    assert taken_in(folder, "import one\n")[0] == []


def test_when_the_time_is_up_modules_stay_as_they_are(folder: Path) -> None:
    lines = "def f():\n    try:\n        return 1\n    except ValueError:\n        return 2\n" * 900
    for number in range(20):
        (folder / f"m{number}.py").write_text(lines)
    (folder / "last.py").write_text(TAKES)
    program = "".join(f"import m{number}\n" for number in range(20)) + "import last\n"
    files, counters = taken_in(folder, program)
    assert files == []
    assert counters["module without sites: no time left"] > 0
