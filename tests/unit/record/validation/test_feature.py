from __future__ import annotations

import json
from pathlib import Path

import pytest

from backtrail.record.validation.feature import unwatch, watch
from running import RUN, journal, of_kind, project, run

PROGRAM = """
import json
try:
    json.loads("nope")
except ValueError:
    pass
import pydantic
try:
    pydantic.TypeAdapter(int).validate_python("x")
except pydantic.ValidationError:
    pass
import sys
print("jsonschema" in sys.modules)
"""


@pytest.mark.promise("L9")
def test_a_program_that_is_run_tells_of_what_it_catches(tmp_path: Path) -> None:
    (project(tmp_path) / "program.py").write_text(PROGRAM)
    done = run(*RUN, "--", "python", "program.py", cwd=tmp_path)
    assert done.stdout == b"False\n"
    failed = of_kind(journal(tmp_path), "validation.failed")
    assert [event["library"] for event in failed] == ["json", "pydantic"]


def test_it_watches_once_and_lets_go() -> None:
    original = json.JSONDecodeError.__init__
    watch()
    watched = json.JSONDecodeError.__init__
    watch()
    assert json.JSONDecodeError.__init__ is watched is not original
    unwatch()
    assert json.JSONDecodeError.__init__ is original
