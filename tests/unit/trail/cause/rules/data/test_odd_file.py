from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.cause.rules.data.odd_file import find
from causes import error, event, findings, frame

RAISED = error("MoveError", "elbow cannot go", frame("check", "raise MoveError(n)", n="elbow"))


def read(name: str, content: str | None, **more: Any) -> Event:
    return event("file.opened", 1, path=f"/data/{name}", mode="read", content=content, **more)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", '{"elbow": {"high": 120}, "elbow": {"high": 90}}', "'elbow' stands twice"),
        ("a.json", '{"a": 1', "is no JSON"),
        ("a.csv", "\ufeffid,name\n1,x\n", "byte order mark"),
        ("a.csv", "id;name\n1;x\n", "semicolons"),
        ("a.csv", "id,name\n1,x\n2\n", "another number of columns"),
        ("a.csv", "id,name\n", "no rows"),
        ("a.txt", "Stra\ufffde", "not all UTF-8"),
    ],
)
def test_what_is_odd_about_a_file_is_said(name: str, content: str, said: str) -> None:
    assert said in findings(find, RAISED, read(name, content))[0].evidence[0]


def test_an_empty_file_is_odd() -> None:
    assert (
        findings(find, RAISED, read("a.dat", None, bytes=0))[0].evidence[0] == "the file was empty"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '{"a": {"x": 1}, "b": {"x": 1}}'),
        ("a.csv", 'id,name\n1,"x, y"\n'),
        ("a.csv", "id,name\n1,x\n"),
        ("a.md", "a;b\n"),
    ],
)
def test_a_file_like_others_is_not(name: str, content: str) -> None:
    assert findings(find, RAISED, read(name, content)) == []


def test_of_a_file_that_was_cut_nothing_is_said() -> None:
    assert findings(find, RAISED, read("a.json", '{"a": ', is_cut=True)) == []


def test_an_odd_file_that_the_failure_shares_nothing_with_is_not_worth_naming() -> None:
    loose = findings(find, RAISED, read("a.csv", "id;name\n1;x\n"))[0]
    tied = findings(find, RAISED, read("a.csv", "id;name\n1;elbow\n"))[0]
    assert loose.score < 0.42 < tied.score
