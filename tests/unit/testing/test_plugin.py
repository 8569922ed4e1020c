from __future__ import annotations

from pathlib import Path

from running import RUN, environment, journal, of_kind, project, run

TESTS = """
import unittest
import warnings
import pytest

def test_passes():
    pass

def test_fails():
    wanted = 3
    assert wanted == 4

@pytest.mark.parametrize("number", [0, 1])
def test_of_a_number(number):
    1 / number

def test_skips():
    pytest.skip("not here")

@pytest.mark.xfail(raises=ValueError)
def test_expects_to_fail():
    raise ValueError("as expected")

@pytest.fixture
def broken():
    yield
    raise RuntimeError("torn")

def test_is_not_torn_down(broken):
    warnings.warn("look out")

class TestOld(unittest.TestCase):
    def test_fails_too(self):
        self.assertEqual({"a": 1}, {"a": 2})
"""
OUTSIDE = {"PYTEST_ADDOPTS": None, "PYTEST_PLUGINS": None, "COV_CORE_SOURCE": None}
PYTEST = ["python", "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider"]


def written(folder: Path) -> Path:
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_sample.py").write_text(TESTS)
    (folder / "test_unreadable.py").write_text("import nowhere_to_be_found\n")
    return project(folder)


def without_times(output: bytes) -> list[str]:
    lines = output.decode().splitlines()
    return [line.partition(" in ")[0] for line in lines]


def test_pytest_says_the_same_and_its_failures_are_recorded(tmp_path: Path) -> None:
    folder = written(tmp_path / "sample")
    env = environment(**OUTSIDE)
    options = ["-rA", "--continue-on-collection-errors"]
    plain = run(*PYTEST, *options, cwd=folder, env=env)
    recorded = run(*RUN, *PYTEST, *options, cwd=folder, env=env)
    assert plain.returncode == recorded.returncode == 1
    assert without_times(plain.stdout) == without_times(recorded.stdout)
    assert plain.stderr == recorded.stderr
    errors = of_kind(journal(folder), "error.raised")
    assert {(error["type"], error["mechanism"], error["is_handled"]) for error in errors} == {
        ("ModuleNotFoundError", "test", True),
        ("AssertionError", "test", True),
        ("ZeroDivisionError", "test", True),
        ("RuntimeError", "test", True),
    }
    assert len(errors) == 5, "each once: two assertions, and no skipped or expected one"
    (unread,) = [error for error in errors if error["type"] == "ModuleNotFoundError"]
    assert unread["frames"][0]["code"] == "import nowhere_to_be_found"


def test_each_test_is_a_span_that_knows_how_it_ended(tmp_path: Path) -> None:
    folder = written(tmp_path / "sample")
    run(*RUN, *PYTEST, "test_sample.py", cwd=folder, env=environment(**OUTSIDE))
    events = journal(folder)
    ended = {event["span"]: event.get("status", "ok") for event in of_kind(events, "span.ended")}
    fates = {event["name"]: ended[event["span"]] for event in of_kind(events, "span.started")}
    assert fates == {
        "test_sample.py::test_passes": "ok",
        "test_sample.py::test_fails": "error",
        "test_sample.py::test_of_a_number[0]": "error",
        "test_sample.py::test_of_a_number[1]": "ok",
        "test_sample.py::test_skips": "ok",
        "test_sample.py::test_expects_to_fail": "ok",
        "test_sample.py::test_is_not_torn_down": "error",
        "test_sample.py::TestOld::test_fails_too": "error",
    }
    error = next(error for error in of_kind(events, "error.raised") if "wanted" in str(error))
    assert error["frames"][0]["locals"]["wanted"] == 3
    assert error["span"] in ended


def test_workers_of_xdist_join_the_trace(tmp_path: Path) -> None:
    folder = written(tmp_path / "sample")
    done = run(*RUN, *PYTEST, "-n2", "test_sample.py", cwd=folder, env=environment(**OUTSIDE))
    assert done.returncode == 1
    events = journal(folder)
    spans = of_kind(events, "span.started")
    assert len(spans) == 8
    assert {event["trace"] for event in events} == {of_kind(events, "run.started")[0]["trace"]}
    assert len(of_kind(events, "process.started")) == 3, "the controller and two workers"
