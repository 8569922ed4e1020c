from __future__ import annotations

import json
from pathlib import Path

import backtrail
from backtrail.record import error
from recorded import errors, run_program

FIRST_ERROR = """
import json, sys
import backtrail
before = set(sys.modules)

def fail(order):
    raise ValueError("no luck")

try:
    fail({"lines": [1, 2]})
except ValueError as error:
    print(json.dumps(backtrail.capture_exception(error) is not None), end=" ")
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_the_public_names_are_those_of_the_package() -> None:
    assert set(error.__all__) == {
        "ErrorContext", "capture_error_context", "capture_exception", "record_hang",
    }  # fmt: skip
    assert backtrail.capture_exception is error.capture_exception
    assert backtrail.capture_error_context is error.capture_error_context
    assert isinstance(error.capture_error_context(), error.ErrorContext)


def test_the_first_error_of_a_program_loads_nothing_heavy(tmp_path: Path) -> None:
    done = run_program(FIRST_ERROR, tmp_path)
    was_recorded, _, loaded = done.stdout.partition(" ")
    assert was_recorded == "true", done.stderr
    heavy = {
        "asyncio",
        "logging",
        "random",
        "socket",
        "subprocess",
        "tempfile",
        "traceback",
        "uuid",
    }
    assert heavy & {name.partition(".")[0] for name in json.loads(loaded)} == set()
    assert [each["message"] for each in errors(tmp_path)] == ["no luck"]
