from __future__ import annotations

from pathlib import Path
from typing import Any

from running import RUN, environment, journal, of_kind, project, run


def changed(folder: Path, program: str, **modules: str) -> dict[str, dict[str, Any]]:
    """Run a program plainly and recorded, alike; return what state had changed, by name."""
    for name, text in {"program": program, **modules}.items():
        (folder / f"{name}.py").write_text(text)
    env = environment(BACKTRAIL_WATCH="state")
    plain = run("python", "program.py", cwd=project(folder), env=env)
    recorded = run(*RUN, "--", "python", "program.py", cwd=folder, env=env)
    assert (recorded.stdout, recorded.stderr) == (plain.stdout, plain.stderr)
    return {event["name"]: event for event in declared(folder)}


def declared(folder: Path) -> list[dict[str, Any]]:
    told = of_kind(journal(folder), "state.changed")
    return [event for event in told if event["how"] == "declared"]


def test_a_default_that_calls_share_is_told_with_who_changes_it(tmp_path: Path) -> None:
    found = changed(
        tmp_path,
        """
import functools
def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper
def hidden(function):
    return lambda *args: function(*args)
def collect(person, picked=[]):
    if person:
        picked.append(person)
    return picked
@logged
def wrapped(x, *, seen={"a": [1]}):
    seen[x] = 2
@hidden
def closed(x, into=[0]):
    into[0] = x
class Box:
    @staticmethod
    def put(x, kept=set()): kept.add(x)
    @property
    def got(self, *, fine=[]): return fine
collect("ana"); wrapped("b"); closed(5); Box.put("c"); Box().got
collect(None)[1]
""",
    )
    assert sorted(found) == ["Box.put.kept", "closed.into", "collect.picked", "wrapped.seen"]
    picked = found["collect.picked"]
    assert (picked["before"], picked["after"]) == ([], ["ana"])
    assert picked["caller"]["function"] == "collect"
    assert picked["caller"]["code"] == "picked.append(person)"
    assert found["wrapped.seen"]["patch"] == [{"op": "add", "path": "/b", "value": 2}]
    assert found["closed.into"]["after"] == [5]


def test_attributes_of_classes_and_names_of_modules_are_told(tmp_path: Path) -> None:
    found = changed(
        tmp_path,
        """
import settings
class Cart:
    items = []
    fine = [1, {"a": (1.5, None)}]
    count = 0
    def add(self, item):
        self.items.append(item)
        Cart.count += 1
TOTAL = 0
def sell():
    global TOTAL
    TOTAL += 3
Cart().add("tea"); sell(); settings.LIMIT = 5; settings.shared["x"] = object
1 / 0
""",
        settings='LIMIT = 20\nNAME = "a"\nshared = {}\nhandlers = {}\nhandlers["x"] = 1\n',
    )
    assert sorted(found) == [
        "Cart.count",
        "Cart.items",
        "program.TOTAL",
        "settings.LIMIT",
        "settings.shared",
    ]
    assert (found["settings.LIMIT"]["before"], found["settings.LIMIT"]["after"]) == (20, 5)
    assert found["Cart.items"]["caller"]["function"] == "Cart.add"
    assert found["program.TOTAL"]["caller"]["function"] == "sell"
    assert found["settings.LIMIT"]["caller"]["function"] == "<module>"


def test_no_code_of_the_program_runs_for_it(tmp_path: Path) -> None:
    found = changed(
        tmp_path,
        """
import enum
class Meta(type):
    def __getattribute__(cls, name): print("asked"); return type.__getattribute__(cls, name)
    def __eq__(cls, other): print("compared"); return True
    __hash__ = type.__hash__
class Loud(metaclass=Meta):
    items = [1]
    def __eq__(self, other): print("compared"); return True
    def __repr__(self): print("shown"); return ""
    __hash__ = object.__hash__
class Colour(enum.Enum):
    RED = 1
STATE = {}
KEYS = {"a": 1}
def __getattr__(name): print("looked for", name); raise AttributeError(name)
STATES = [1, 2]
def f():
    STATES[0] = Loud()
    KEYS[Loud()] = KEYS.pop("a")
f()
1 / 0
""",
    )
    assert sorted(found) == ["program.KEYS", "program.STATES"]


def test_what_was_told_is_told_again_only_when_it_has_changed(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("""
import logging
COUNTS = [0]
def f(n):
    try: 1 / 0
    except ZeroDivisionError: logging.exception("n")
for n in range(3): f(n)
COUNTS[0] = 1
def g(n):
    try: int("x")
    except ValueError: logging.exception("n")
for n in range(3): g(n)
def h():
    COUNTS[0] = 2
    {}[1]
h()
""")
    env = environment(BACKTRAIL_WATCH="state")
    run(*RUN, "--", "python", "program.py", cwd=project(tmp_path), env=env)
    told = declared(tmp_path)
    assert [event["after"] for event in told] == [], "the module itself changes it"
    program = (tmp_path / "program.py").read_text().replace("COUNTS[0] = 1", "h2()")
    (tmp_path / "program.py").write_text(
        program.replace("def f(", "def h2(): COUNTS[0] = 1\ndef f(")
    )
    run(*RUN, "--", "python", "program.py", cwd=tmp_path, env=env)
    told = declared(tmp_path)
    assert [event["after"] for event in told] == [[1], [2]]


def test_a_secret_that_was_set_is_not_told(tmp_path: Path) -> None:
    found = changed(
        tmp_path,
        """
password = ""
limits = {"token": "none"}
def f():
    global password
    password = "marmalade" + "-orchard-9"
    limits["token"] = "pewter" + "-lantern-4"
f()
1 / 0
""",
    )
    assert sorted(found) == ["program.limits", "program.password"]
    written = b"".join(path.read_bytes() for path in (tmp_path / ".backtrail").rglob("*.json*"))
    assert b"marmalade-orchard" not in written
    assert b"pewter-lantern" not in written
