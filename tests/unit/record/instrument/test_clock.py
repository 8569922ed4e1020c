from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backtrail.model import limits
from running import RUN, environment, journal, of_kind, project, run

CODE = """
import datetime as dt, time as clock, zoneinfo
from datetime import date, datetime, timezone
from time import time
"""


def read(folder: Path, program: str) -> list[dict[str, Any]]:
    """Run a program plainly and recorded, alike; return the times that it read."""
    (project(folder) / "program.py").write_text(program)
    env = environment(BACKTRAIL_WATCH="clock", TZ="UTC")
    plain = run("python", "program.py", cwd=folder, env=env)
    recorded = run(*RUN, "--", "python", "program.py", cwd=folder, env=env)
    assert (recorded.stdout, recorded.stderr) == (plain.stdout, plain.stderr)
    return of_kind(journal(folder), "clock.read")


@pytest.mark.parametrize(
    ("text", "function", "value", "arguments"),
    [
        ("datetime(1, 1, 1).now()", "….now", None, []),
        ("dt.datetime.now(timezone.utc)", "dt.datetime.now", "+00:00", ["timezone.utc"]),
        ("datetime.fromtimestamp(0)", "datetime.fromtimestamp", "1970-01-01 00:00:00", [0]),
        (
            "datetime.fromtimestamp(0, tz=zoneinfo.ZoneInfo('Europe/Berlin'))",
            "datetime.fromtimestamp",
            "1970-01-01 01:00:00+01:00",
            [0, "…"],
        ),
        ("date.fromisoformat('2024-02-29')", "date.fromisoformat", "2024-02-29", ["2024-02-29"]),
        (
            "datetime.strptime(text, '%d.%m.%Y')",
            "datetime.strptime",
            "2024-03-05 00:00:00",
            ["05.03.2024", "%d.%m.%Y"],
        ),
        ("clock.gmtime(0)", "clock.gmtime", "1970-01-01 00:00:00 ", [0]),
        ("clock.mktime(clock.gmtime(60))", "clock.mktime", 60.0, ["…"]),
        ("date.today()", "date.today", None, []),
        ("time()", "time", None, []),
        ("clock.time_ns()", "clock.time_ns", None, []),
    ],
)
def test_a_time_is_told_as_it_was_read(
    text: str, function: str, value: object, arguments: list[object], tmp_path: Path
) -> None:
    program = f"{CODE}\ndef f(text):\n    return {text}\ntype(f('05.03.2024'))\n"
    event = read(tmp_path, program)[-1]
    assert event["function"] == function
    assert event.get("arguments", []) == arguments
    assert event["caller"]["function"] == "f"
    if isinstance(value, str):
        assert value in event["value"]
    elif value is not None:
        assert event["value"] == value


def test_what_is_no_time_is_left_alone(tmp_path: Path) -> None:
    program = """
class Player:
    def now(self, *_): return self
    today = now
    async def time(self): return "no time"
    @staticmethod
    def strptime(): raise KeyError("k")
import asyncio
p = Player()
print(p.now().today(p.now()) is p, asyncio.run(p.time()))
def f(x: p.now() = p.now(), *, when=p.today()) -> p.now(): return (yield p.now())
print(len(f.__annotations__), next(f()) is p)
p.strptime(
)
"""
    assert read(tmp_path, program) == []


def test_annotations_that_are_texts_stay_as_they_are(tmp_path: Path) -> None:
    program = """
from __future__ import annotations
import time
def f(x: time.time() = 1) -> time.time(): ...
class C:
    y: time.time() = time.time()
print(f.__annotations__, C.__annotations__)
"""
    assert [event["function"] for event in read(tmp_path, program)] == ["time.time"]


def test_a_zone_of_the_programs_own_is_not_asked(tmp_path: Path) -> None:
    program = """
import datetime
class Zone(datetime.tzinfo):
    def utcoffset(self, when): print("asked"); return datetime.timedelta(hours=2)
    def dst(self, when): print("asked"); return None
    def fromutc(self, when): return when
class Own(datetime.datetime):
    @property
    def year(self): print("year"); return 1
    def isoformat(self, *a): print("iso"); return ""
    __str__ = isoformat
x = datetime.datetime.fromtimestamp(0, Zone())
y = Own.fromtimestamp(0)
"""
    values = [event["value"] for event in read(tmp_path, program)]
    assert values == ["1970-01-01 00:00:00 Zone", "1970-01-01 00:00:00"]


def test_a_loop_tells_the_first_of_them(tmp_path: Path) -> None:
    program = "import time\nfor n in range(500): time.time()\ntime.time()\n"
    assert len(read(tmp_path, program)) == limits.CLOCK_READS_MAX + 1


def test_an_argument_under_a_secret_name_is_not_told(tmp_path: Path) -> None:
    program = """
from datetime import datetime
def f(token): return datetime.strptime(token, token)
f("marmalade" + "-orchard-9") if 0 else None
try: f("marmalade" + "-orchard-9")
except ValueError: pass
print(f("2024"[:0]))
"""
    read(tmp_path, program)
    written = b"".join(path.read_bytes() for path in (tmp_path / ".backtrail").rglob("*.jsonl"))
    assert b"marmalade-orchard" not in written
