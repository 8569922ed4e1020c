from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from backtrail.record.instrument.handled import always_raises
from running import RUN, environment, journal, of_kind, project, run


def taken(folder: Path, program: str) -> list[dict[str, Any]]:
    """Run a program plainly and recorded, alike; return what was taken."""
    (project(folder) / "program.py").write_text(program)
    env = environment(BACKTRAIL_WATCH="handled")
    plain = run("python", "program.py", cwd=folder, env=env)
    recorded = run(*RUN, "--", "python", "program.py", cwd=folder, env=env)
    assert (recorded.stdout, recorded.stderr) == (plain.stdout, plain.stderr)
    return of_kind(journal(folder), "exception.handled")


@pytest.mark.parametrize(
    ("body", "goes_on"),
    [
        ("raise", True),
        ("print()\n    raise", True),
        ("raise KeyError from error", True),
        ("raise KeyError('k')", True),
        ("raise KeyError from None", False),
        ("raise SystemExit(1)", False),
        ("raise SystemExit", False),
        ("pass", False),
        ("if x: return\n    raise", False),
        ("if x:\n        if y: continue\n    raise", False),
        ("if x: raise", False),
    ],
)
def test_a_clause_that_always_raises_takes_nothing(body: str, goes_on: bool) -> None:  # noqa: FBT001 - a row of a table
    tree = ast.parse(f"try: pass\nexcept ValueError as error:\n    {body}\n")
    statement = tree.body[0]
    assert isinstance(statement, ast.Try)
    assert always_raises(statement.handlers[0]) is goes_on


def test_an_exception_says_where_it_was_raised_and_taken(tmp_path: Path) -> None:
    (event,) = taken(
        tmp_path,
        """
import json

class Rates:
    def read(self, text, unit):
        return json.loads(text)

    def all(self, texts):
        found = []
        for text in texts:
            try:
                found.append(self.read(text, "EUR"))
            except ValueError:
                continue
        return found

Rates().all(['{"a": 1}', "{oops"])
""",
    )
    assert event["type"] == "JSONDecodeError"
    assert event["qualified_type"] == "json.decoder.JSONDecodeError"
    assert "line 1 column 2" in event["message"]
    assert event["raised"]["function"] == "Rates.read"
    assert event["raised"]["code"] == "return json.loads(text)"
    assert (event["handler"]["function"], event["handler"]["line"]) == ("Rates.all", 13)
    assert [call["line"] for call in event["calls"]] == [12]
    assert (event["locals"]["text"], event["locals"]["unit"]) == ("{oops", "EUR")
    assert event["how"] == "except"


def test_an_exception_that_is_raised_again_is_told_once(tmp_path: Path) -> None:
    events = taken(
        tmp_path,
        """
def low(n):
    try:
        int("x")
    except ValueError:
        if n:
            raise
def mid(n):
    try:
        low(n)
    except ValueError:
        if n:
            raise
def high():
    for n in (1, 1):
        try:
            mid(n)
        except ValueError:
            pass
high()
""",
    )
    assert [event["handler"]["function"] for event in events] == ["low", "low"]


def test_exceptions_of_a_loop_are_told_one_by_one_and_then_counted(tmp_path: Path) -> None:
    events = taken(
        tmp_path,
        """
for n in range(1000):
    try:
        {}[n]
    except KeyError:
        pass
    if n == 600:
        try: int("x")
        except ValueError: pass
""",
    )
    counts = [event.get("count", 1) for event in events if event["type"] == "KeyError"]
    assert counts == [*range(1, 101), 128, 256, 512]
    assert [event["message"] for event in events][:2] == ["0", "1"]
    assert ["locals" in event for event in events][:9] == [True] * 8 + [False]
    assert [event["type"] for event in events].count("ValueError") == 1


def test_what_ties_exceptions_together_is_told(tmp_path: Path) -> None:
    (event,) = taken(
        tmp_path,
        """
def f():
    try:
        {}["inner"]
    except KeyError as error:
        raise RuntimeError("outer") from error
try:
    f()
except RuntimeError:
    pass
""",
    )
    assert event["message"] == "outer"
    assert event["chain"] == ["KeyError: 'inner'"]


def test_no_code_of_the_program_runs_and_no_value_lives_longer(tmp_path: Path) -> None:
    events = taken(
        tmp_path,
        """
import gc, weakref
gc.disable()
class Loud(Exception):
    def __str__(self): print("asked"); return "text"
    __repr__ = __str__
    def __eq__(self, other): print("compared"); return True
    def __getattr__(self, name): print("looked for", name); raise AttributeError(name)
class Thing:
    def __repr__(self): print("shown"); return "thing"
    def __del__(self): print("gone")
def f():
    thing = Thing()
    try:
        raise Loud(thing, "why")
    except Loud as error:
        kept = weakref.ref(error)
    del thing
    print("after", kept() is None)
    return 1
f()
print("end")
""",
    )
    assert [event["type"] for event in events] == ["Loud"]
    assert "why" in events[0]["message"]


def test_a_secret_that_an_exception_quotes_is_not_told(tmp_path: Path) -> None:
    events = taken(
        tmp_path,
        """
def connect(password):
    raise OSError("no login with " + password)
try:
    connect("marmalade" + "-orchard-9")
except OSError:
    pass
""",
    )
    assert [event["type"] for event in events] == ["OSError"]
    assert "marmalade-orchard" not in str(events)


def test_a_program_that_traces_itself_is_told_of_no_call_of_ours(tmp_path: Path) -> None:
    events = taken(
        tmp_path,
        """
import sys
calls = []
def profile(frame, event, arg): calls.append((event, frame.f_code.co_name))
def f():
    try: {}[1]
    except KeyError: return 1
class P:
    @property
    def x(self): return self.y
f()
sys.setprofile(profile); f(); hasattr(P(), "x"); sys.setprofile(None)
sys.settrace(lambda *event: calls.append((event[1], event[0].f_code.co_name)))
f()
sys.settrace(None)
print(calls)
""",
    )
    assert [event["type"] for event in events] == ["KeyError"]
