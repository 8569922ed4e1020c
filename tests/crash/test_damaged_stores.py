"""A damaged store: what is sound can be read, and what is not is told with what to do."""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backtrail.model.vocabulary import KINDS
from builders import (
    debugs,
    error_body,
    header,
    line,
    process_id,
    process_started,
    segment_path,
    trace_id,
    write_segment,
)
from running import BACKTRAIL, run

SOUND, OTHER = trace_id(1), trace_id(2)
SOUND_EVENTS = 22
LINES_MAX = 3

NOISE = random.Random(0).randbytes(100_000)
"""The same at each run, and nothing that anybody would write."""


def other(home: Path) -> Path:
    """Return where the segment to be damaged is."""
    return segment_path(home, process_id(2))


def written(home: Path) -> bytes:
    """Write the other process's segment soundly, and return its content."""
    return write_segment(home, process_id(2), debugs(OTHER, 5)).read_bytes()


def catalogue(home: Path) -> Path:
    """Make the catalogue, and return where it is."""
    assert ask(home, "ls").returncode == 0
    return home / "catalog.db"


def later_catalogue(home: Path) -> None:
    with sqlite3.connect(catalogue(home)) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def torn_catalogue(home: Path) -> None:
    path = catalogue(home)
    content = path.read_bytes()
    path.write_bytes(content[:8192] + NOISE[: len(content) - 8192])


def long_line(home: Path) -> None:
    first, *_, last = debugs(OTHER, 3)
    head = header(process_id(2)) + first + b'{"t":5,"trace":"'
    with other(home).open("wb") as file:
        file.write(head)
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n' + last)


def hole(home: Path) -> None:
    content = written(home)
    other(home).write_bytes(content[:-300] + bytes(100) + content[-200:])


def not_events(home: Path) -> None:
    lines = [b"[]", b'"x"', b"{}", b"\xff\xfe", b'{"t":1e999,"trace":"a","kind":"b"}', b"null"]
    write_segment(home, process_id(2), [*(text + b"\n" for text in lines), *debugs(OTHER, 1)])


Damage = Callable[[Path], object]
JOURNALS: dict[str, tuple[Damage, str, int]] = {
    "sound": (written, "", 5),
    "empty": (lambda home: other(home).write_bytes(b""), "a file of the journal is empty", 0),
    "NUL": (lambda home: other(home).write_bytes(bytes(300_000)), "a file of the journal is", 0),
    "noise": (lambda home: other(home).write_bytes(NOISE), "a file in the journal is no", 0),
    "later": (
        lambda home: other(home).write_bytes(written(home).replace(b'"v":1', b'"v":999')),
        "a later version of Backtrail wrote a part of the journal",
        0,
    ),
    "another header": (
        lambda home: other(home).write_bytes(written(home).replace(b"opened", b"closed")),
        "a file in the journal is no journal",
        0,
    ),
    "cut": (
        lambda home: other(home).write_bytes(written(home)[:-30]),
        "lines of the journal are torn",
        4,
    ),
    "hole": (hole, "lines of the journal are torn", 3),
    "noise behind": (
        lambda home: other(home).write_bytes(written(home) + NOISE),
        "lines of the journal are torn",
        5,
    ),
    "not events": (not_events, "lines of the journal are torn", 1),
    "long line": (long_line, "lines of the journal are torn", 2),
    "folder": (lambda home: other(home).mkdir(), "", 0),
    "pipe": (lambda home: os.mkfifo(other(home)), "", 0),
    "link to itself": (lambda home: other(home).symlink_to(other(home)), "", 0),
}
"""What is done to a segment, what the doctor says, and how many of its events can be read."""

CATALOGUES: dict[str, tuple[Damage, int, str]] = {
    "noise": (lambda home: (home / "catalog.db").write_bytes(NOISE), 3, "index --rebuild"),
    "cut": (
        lambda home: os.truncate(catalogue(home), 20_000),
        3,
        "index --rebuild",
    ),
    "torn": (torn_catalogue, 3, "index --rebuild"),
    "later": (later_catalogue, 5, "pip install --upgrade"),
    "folder": (lambda home: (home / "catalog.db").mkdir(), 3, "look at"),
}
"""What is done to the catalogue, how commands end then, and what they say is to be done."""


def ask(home: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command on a store."""
    return run(*BACKTRAIL, "--dir", str(home), *arguments, cwd=home.parent)


def answer(home: Path, *arguments: str) -> Any:
    """Run a command that goes well, and return what it says."""
    done = ask(home, *arguments, "--json")
    assert (done.returncode, done.stderr) == (0, b""), arguments
    return json.loads(done.stdout)


def findings(home: Path) -> str:
    """Return what the doctor says, as lines."""
    done = ask(home, "doctor", "--json")
    assert done.stderr == b""
    return "\n".join(
        f"{finding['what']}: {finding['evidence']}: {finding['do']}"
        for finding in json.loads(done.stdout)["findings"]
    )


@pytest.fixture
def sound(home: Path) -> Path:
    """Return a store with one sound trace."""
    body = error_body("0190b6a2000070009000000000000e01")
    lines = [process_started(SOUND), *debugs(SOUND, 20)]
    write_segment(home, process_id(1), [*lines, line("error.raised", SOUND, t=90_000, **body)])
    (home / "journal").chmod(0o700)
    return home


@pytest.mark.parametrize("damage", JOURNALS)
def test_a_damaged_segment_leaves_the_others_readable(sound: Path, damage: str) -> None:
    inflict, says, readable = JOURNALS[damage]
    inflict(sound)
    expected = {SOUND: SOUND_EVENTS, OTHER: readable} if readable else {SOUND: SOUND_EVENTS}
    assert len(answer(sound, "export", "--all")) == SOUND_EVENTS + readable
    told = findings(sound)
    assert says in told
    assert ("torn" in told) == ("torn" in says)
    assert ask(sound, "index", "--rebuild").returncode == 0
    listed = answer(sound, "ls")["traces"]
    assert {trace["trace_id"]: trace["events"] for trace in listed} == expected


@pytest.mark.parametrize("damage", CATALOGUES)
def test_a_damaged_catalogue_is_told_in_three_lines_with_what_to_do(
    sound: Path, damage: str
) -> None:
    inflict, code, advice = CATALOGUES[damage]
    inflict(sound)
    for command in (["show"], ["gc", "--dry-run"]):
        done = ask(sound, *command)
        assert (done.returncode, done.stdout) == (code, b""), command
        message, hint = done.stderr.decode().splitlines()
        assert message.startswith(f"error: {sound / 'catalog.db'} ")
        assert hint.startswith("hint: ")
        assert advice in hint
    assert advice in findings(sound)
    rebuilt = ask(sound, "index", "--rebuild")
    if "rebuild" in advice:
        assert (rebuilt.returncode, rebuilt.stderr) == (0, b"")
        assert answer(sound, "show", SOUND)["event_count"] == SOUND_EVENTS
    else:
        assert rebuilt.returncode == code


def test_events_of_another_shape_than_their_kind_says_are_shown_all_the_same(sound: Path) -> None:
    values: list[Any] = ["no", 5, None, [1, 2], {"a": {"b": 1}}, True, [["x"]], [{"x": []}]]
    lines = [
        line(kind, OTHER, t=10, **dict.fromkeys(body.__struct_fields__, value))
        for kind, body in KINDS.items()
        for value in values
    ]
    write_segment(sound, process_id(2), [*debugs(OTHER, 2), *lines])
    for command in (["show", OTHER], ["show", OTHER, "--all"], ["ls"], ["errors"], ["doctor"]):
        for form in ([], ["--json"]):
            done = ask(sound, *command, *form)
            assert (done.returncode, done.stderr) == (0, b""), command
    assert len(ask(sound, "export", OTHER).stdout.splitlines()) == len(lines) + 2


def test_an_id_that_is_unknown_or_ambiguous_lists_the_nearest(sound: Path) -> None:
    written(sound)
    for command in ("show", "export"):
        unknown = ask(sound, command, SOUND[:-1] + "7")
        assert unknown.returncode == 4
        assert SOUND in unknown.stderr.decode()
        ambiguous = ask(sound, command, SOUND[:6])
        assert ambiguous.returncode == 4
        assert {SOUND, OTHER} <= set(re.findall(r"[0-9a-f]{32}", ambiguous.stderr.decode()))
        for done in (unknown, ambiguous):
            assert done.stderr.count(b"\n") <= LINES_MAX
            assert done.stdout == b""
    [name] = [path.name for path in (sound / "journal").glob(f"{process_id(1)}*")]
    nowhere = ask(sound.parent / "elsewhere", "ls")
    assert (nowhere.returncode, nowhere.stdout) == (4, b"")
    assert b"hint: " in nowhere.stderr
    assert name not in nowhere.stderr.decode()
