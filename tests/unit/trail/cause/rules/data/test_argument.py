from __future__ import annotations

import pytest

from backtrail.trail.cause.rules.data.argument import find
from causes import PROCESS, error, event, findings, frame

EMPTY = error(
    "StatisticsError", "fmean requires at least one data point",
    frame("summary", "fmean(values)", options={"$type": "argparse.Namespace", "only": "lab"}),
)  # fmt: skip


@pytest.mark.parametrize("argv", [["a.py", "--only", "lab"], ["a.py", "--only=lab", "-v"]])
def test_an_option_that_left_nothing_is_found(argv: list[str]) -> None:
    (found,) = findings(find, EMPTY, event("process.started", 1, argv=argv))
    assert (found.kind, found.evidence) == (
        "argument", ["--only 'lab' was given, and the failing code held it"],
    )  # fmt: skip
    assert found.score > 0.42


def test_an_option_weighs_less_where_something_else_failed() -> None:
    raised = error("KeyError", "'x'", frame("f", "t[k]", only="lab"))
    (found,) = findings(find, raised, event("process.started", 1, argv=["a.py", "--only", "lab"]))
    assert found.score < 0.42


@pytest.mark.parametrize("argv", [["a.py", "--only", "den"], ["a.py", "--every", "lab"], ["a.py"]])
def test_an_option_that_nothing_holds_is_no_cause(argv: list[str]) -> None:
    assert findings(find, EMPTY, event("process.started", 1, argv=argv)) == []


def test_the_arguments_of_another_process_are_not_looked_at() -> None:
    other = event("process.started", 1, process=PROCESS[:-1] + "9", argv=["a.py", "--only", "lab"])
    assert findings(find, EMPTY, other) == []
