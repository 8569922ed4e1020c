"""The test suites of others give the same results under `backtrail run` as without it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from running import BACKTRAIL, RUN, environment, journal, of_kind, project
from running import run as run_program

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
DOWNLOAD_S_MAX = 100.0
PYTEST = ("pytest", "-rA", "-p", "no:cacheprovider")
VARYING = re.compile(
    r"\bin \d+\.\d\ds( \(\d+:\d\d:\d\d\))?"
    r"|\b0x[0-9a-f]+"
    r"|\d\d:\d\d:\d\d"
    r"|(?<=127\.0\.0\.1:)\d+"
    r"|\[gw\d\]"
    r"|=+"
)
"""Durations and the lines drawn around them, addresses, times, ports, workers."""
PROGRESS = re.compile(r"[.F]+ +\[ *\d+%\]")


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the source packages, downloaded and unpacked."""
    folder = tmp_path_factory.mktemp("sources")
    command = ["download", "--quiet", "--no-binary", ":all:", "--no-deps", "--require-hashes"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *command, "-r", str(REQUIREMENTS), "-d", str(folder)],
        capture_output=True,
        text=True,
        timeout=DOWNLOAD_S_MAX,
        check=False,
    )
    assert done.returncode == 0, f"the source packages cannot be downloaded:\n{done.stderr}"
    for path in folder.glob("*.tar.gz"):
        with tarfile.open(path) as packed:
            packed.extractall(folder, filter="data")
    return folder


@pytest.fixture
def unpacked(sources: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Return the project of a package, with a recording of its own."""
    [folder] = sources.glob(f"{request.param}-*/")
    yield project(folder)
    for path in sorted((folder / ".backtrail").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def ran(
    folder: Path, *command: str, is_recorded: bool, options: tuple[str, ...] = ()
) -> tuple[int, list[str], str]:
    """Run a test suite; return its exit code, and what it printed without times."""
    done = run_program(
        *((*RUN, *options) if is_recorded else []),
        *(["--"] if is_recorded else []),
        *command,
        cwd=folder,
        env=environment(
            PYTHONPATH=f"{folder}:{folder / 'src'}", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"
        ),
    )
    lines = [VARYING.sub("", line) for line in done.stdout.decode().splitlines()]
    return done.returncode, lines, done.stderr.decode()


def without_order(lines: list[str]) -> list[str]:
    """Return what workers print, in whatever order they come to it."""
    return sorted(line for line in lines if not PROGRESS.fullmatch(line))


def files_with_tests(folder: Path) -> list[str]:
    """Return the files with tests: one of the suites does not begin their names with `test_`."""
    paths = [*folder.glob("*/tests/[!_]*.py"), *folder.glob("tests/test_*.py")]
    return [str(path.relative_to(folder)) for path in sorted(paths)]


@pytest.mark.parametrize("options", [(), ("--locks",)], ids=["as it is", "with its locks"])
@pytest.mark.parametrize(
    ("unpacked", "passed"),
    [("h11", 78), ("aioitertools", 133), ("cachetools", 216)],
    indirect=["unpacked"],
)
def test_a_suite_prints_the_same_with_and_without_recording(
    unpacked: Path, passed: int, options: tuple[str, ...]
) -> None:
    command = (*PYTEST, *files_with_tests(unpacked))
    plainly = ran(unpacked, *command, is_recorded=False)
    recorded = ran(unpacked, *command, is_recorded=True, options=options)
    assert recorded == plainly
    code, lines, _ = plainly
    assert (code, len([line for line in lines if line.startswith("PASSED")])) == (0, passed)
    spans = [event["name"] for event in of_kind(journal(unpacked), "span.started")]
    assert f"collected {len([name for name in spans if '::' in name])} items" in lines


@pytest.mark.parametrize("unpacked", ["h11"], indirect=True)
@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "two workers"])
def test_a_suite_with_a_fault_fails_the_same_and_all_of_it_is_in_one_trace(
    unpacked: Path, workers: tuple[str, ...]
) -> None:
    library = unpacked / "h11" / "_util.py"
    sound = library.read_text()
    library.write_text(sound.replace('s.encode("ascii")', 's.upper().encode("ascii")'))
    try:
        command = (*PYTEST, "--tb=line", *workers, "h11")
        plainly = ran(unpacked, *command, is_recorded=False)
        recorded = ran(unpacked, *command, is_recorded=True)
    finally:
        library.write_text(sound)
    failed = sorted(line.split()[1] for line in plainly[1] if line.startswith("FAILED"))
    assert (recorded[0], recorded[2]) == (plainly[0], plainly[2]) == (1, "")
    if workers:
        assert without_order(recorded[1]) == without_order(plainly[1])
    else:
        assert recorded[1] == plainly[1]
    assert len(failed) > 5
    errors = of_kind(journal(unpacked), "error.raised")
    assert len({error["trace"] for error in errors}) == 1
    told = {event["span"]: event["name"] for event in of_kind(journal(unpacked), "span.started")}
    assert sorted(told[error["span"]] for error in errors) == failed
    listed = run_program(*BACKTRAIL, "ls", "--error", "--json", cwd=unpacked)
    [trace] = json.loads(listed.stdout)["traces"]
    assert (trace["errors"], trace["exit_code"]) == (len(failed), 1)
    assert trace["processes"] == 1 + (3 if workers else 1)
