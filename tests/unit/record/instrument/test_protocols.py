from __future__ import annotations

from pathlib import Path
from typing import Any

from running import RUN, environment, journal, of_kind, project, run


def consumed(folder: Path, program: str) -> list[dict[str, Any]]:
    """Run a program plainly and recorded, alike; return what the language took."""
    (project(folder) / "program.py").write_text(program)
    env = environment(BACKTRAIL_WATCH="handled")
    plain = run("python", "program.py", cwd=folder, env=env)
    recorded = run(*RUN, "--", "python", "program.py", cwd=folder, env=env)
    assert (recorded.stdout, recorded.stderr) == (plain.stdout, plain.stderr)
    taken = of_kind(journal(folder), "exception.handled")
    return [event for event in taken if event["how"] == "protocol"]


def test_an_attribute_that_is_missing_inside_a_property_is_told(tmp_path: Path) -> None:
    program = """
import functools
class Profile:
    def __init__(self, zone): self._zone = zone
    @property
    def zone(self): return self._zone.name
    @functools.cached_property
    def parts(self): return self._zone.parts
class Lazy(Profile):
    def __getattr__(self, name): return f"made up {name}"
def ask(profile):
    print(getattr(profile, "zone", "UTC"))
    print(hasattr(profile, "parts"))
    print(Lazy("x").zone)
    try: profile.zone
    except AttributeError: print("its own handler")
ask(Profile("x"))
"""
    found = consumed(tmp_path, program)
    assert [(each["handler"]["code"], each["raised"]["function"]) for each in found] == [
        ('print(getattr(profile, "zone", "UTC"))', "Profile.zone"),
        ('print(hasattr(profile, "parts"))', "Profile.parts"),
        ('print(Lazy("x").zone)', "Profile.zone"),
    ]
    assert found[0]["message"] == "'str' object has no attribute 'name'"


def test_a_loop_that_ends_early_is_told(tmp_path: Path) -> None:
    program = """
rates = iter([1.5, 2.5])
def price(n): return n * next(rates)
def total(numbers):
    found = list(map(price, numbers))
    for each in map(price, numbers):
        found.append(each)
    return found
print(total([1, 2, 3]))
def first(rows): return next(iter(rows))
def safe(rows): return next(iter(rows), None)
try: first([])
except StopIteration: print("empty")
print([n for n in map(safe, [[], [1]])])
class Rows:
    def __iter__(self): return self
    def __next__(self): return next(rates)
print(list(Rows()))
"""
    found = consumed(tmp_path, program)
    assert [(each["type"], each["handler"]["line"]) for each in found] == [
        ("StopIteration", 5),
        ("StopIteration", 6),
    ]
    assert found[0]["locals"] == {"n": 3}


def test_functions_that_are_traced_have_no_such_site(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(
        "class P:\n    @property\n    def zone(self): return self.missing\nhasattr(P(), 'zone')\n"
    )
    program = """
import sys
lines = []
def trace(frame, event, arg):
    if frame.f_code.co_name == "zone": lines.append((event, frame.f_lineno))
    return trace
sys.settrace(trace)
import one
sys.settrace(None)
print(lines)
"""
    assert consumed(tmp_path, program) == []
    assert consumed(tmp_path, "import one\n") != []
