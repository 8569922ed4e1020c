from __future__ import annotations

from pathlib import Path
from typing import Any

from running import RUN, environment, journal, of_kind, project, run


def swallowed(folder: Path, program: str) -> list[dict[str, Any]]:
    """Run a program plainly and recorded, alike; return what was swallowed."""
    (project(folder) / "program.py").write_text(program)
    env = environment(BACKTRAIL_WATCH="handled")
    plain = run("python", "program.py", cwd=folder, env=env)
    recorded = run(*RUN, "--", "python", "program.py", cwd=folder, env=env)
    assert (recorded.stdout, recorded.stderr) == (plain.stdout, plain.stderr)
    return of_kind(journal(folder), "exception.handled")


def test_what_a_program_suppresses_is_told(tmp_path: Path) -> None:
    program = """
import contextlib
def load(name):
    rate = int(name)
def run():
    with contextlib.suppress(ValueError):
        load("1,5")
    with contextlib.suppress(ValueError):
        load("15")
    with contextlib.suppress(KeyError):
        load("oops")
run()
"""
    (event,) = swallowed(tmp_path, program)
    assert (event["how"], event["type"]) == ("suppress", "ValueError")
    assert event["raised"]["function"] == "load"
    assert (event["handler"]["function"], event["handler"]["line"]) == ("run", 6)
    assert event["locals"] == {"name": "1,5"}


def test_what_libraries_suppress_among_themselves_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "lib.py").write_text(
        "import contextlib\ndef f():\n    with contextlib.suppress(KeyError): {}[1]\n"
    )
    program = "import sys; sys.path.append('site-packages')\nimport lib\nlib.f()\n"
    assert swallowed(tmp_path, program) == []


def test_what_a_future_holds_is_told(tmp_path: Path) -> None:
    program = """
import concurrent.futures
def work(n): return 10 // n
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    list(map(str, pool.map(work, [1, 2])))
    pool.submit(work, 0)
"""
    (event,) = swallowed(tmp_path, program)
    assert (event["how"], event["type"]) == ("future", "ZeroDivisionError")
    assert event["raised"]["function"] == "work"
    assert event["locals"] == {"n": 0}


def test_exceptions_among_gathered_results_are_told(tmp_path: Path) -> None:
    program = """
import asyncio
async def fetch(n):
    if n % 2: raise LookupError(f"no page {n}")
    return n
async def main():
    print(await asyncio.gather(*map(fetch, range(4)), return_exceptions=True))
    print(await asyncio.gather(fetch(2), return_exceptions=False))
asyncio.run(main())
"""
    found = swallowed(tmp_path, program)
    assert [(event["how"], event["message"]) for event in found] == [
        ("future", "no page 1"),
        ("future", "no page 3"),
    ]
    assert {event["handler"]["function"] for event in found} == {"main"}
