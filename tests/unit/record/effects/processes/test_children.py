from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backtrail.model.limits import CHILD_VARIABLES_MAX, CHILDREN_MAX, OUTPUT_TAIL_CHARS_MAX
from backtrail.record import guard
from backtrail.record.capture.values.walk import Walk
from backtrail.record.effects.processes import children
from recorded import events, recording


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / ".backtrail") as home:
        children.forget()
        yield home
        children.forget()


def child(*command: str) -> children.Child:
    made = children.about_to_start(list(command), inspect.currentframe())
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["a", b"b", Path("c")], ["a", "b", "c"]),
        (("curl", "--password", "sesame99"), ["curl", "--password", "[redacted]"]),
        ("echo x; curl --token sesame99", ["echo x; curl --token [redacted]"]),
        (b"ls -l", ["ls -l"]),
        (Path("/bin/true"), ["/bin/true"]),
        (7, ["<int>"]),
        ([7], ["<int>"]),
    ],
)
def test_a_command_is_told_however_it_is_given(command: object, told: list[str]) -> None:
    assert children.command_of(command) == told


def test_the_end_of_a_child_is_told_once(home: Path) -> None:
    one = child("a")
    children.tell_started(one, pid=4711)
    assert children.known(4711) is one
    children.tell_ended(one, 0)
    children.tell_ended(one, 0)
    assert children.known(4711) is None
    assert children.known(None) is None
    assert len(events(home, "subprocess.ended")) == 1


def test_so_many_children_are_awaited(home: Path) -> None:
    one = child("a")
    for pid in range(CHILDREN_MAX + 5):
        children.tell_started(one, pid=pid)
    assert children.known(4) is None
    assert children.known(5) is one
    assert guard.lost["subprocess: end not awaited"] == 5
    assert len(events(home, "subprocess.started")) == CHILDREN_MAX + 5


def test_so_many_variables_are_told(home: Path) -> None:
    given = {**os.environ, **{f"SHOP_{n}": str(n) for n in range(CHILD_VARIABLES_MAX + 5)}}
    children.tell_started(child("a"), pid=1, env=given)
    [event] = events(home, "subprocess.started")
    assert len(event.body["environment"]) == CHILD_VARIABLES_MAX
    assert guard.lost["subprocess: variable not told"] == 1


def test_an_environment_that_is_none_is_not_looked_at(home: Path) -> None:
    children.tell_started(child("a"), pid=1, env=[("A", "b")])
    children.tell_started(child("a"), pid=2, env={1: 2, "SHOP_A": "b"})
    first, second = (event.body for event in events(home, "subprocess.started"))
    assert "environment" not in first
    assert second["environment"]["SHOP_A"] == "b"


def test_the_end_of_an_output_is_told_without_a_secret_that_begins_before_it() -> None:
    secret = "password=" + "s3sam" * 30
    output = f"begun {secret} " + "y" * (OUTPUT_TAIL_CHARS_MAX - 20)
    told = children.tail(output, Walk())
    assert told is not None
    assert "s3sam" not in told
    assert told.startswith(f"[{len(output) - OUTPUT_TAIL_CHARS_MAX} chars]…")
    assert children.tail("short", Walk()) == "short"
    assert children.tail(None, Walk()) is None


def test_output_is_text_whichever_way_it_was_taken_in() -> None:
    outputs = ("a", b"\xffb", None, 7)
    assert [children.text_of(output) for output in outputs] == ["a", "�b", None, None]


@pytest.mark.usefixtures("home")
def test_a_forked_child_awaits_no_children_of_its_parent() -> None:
    children.tell_started(child("a"), pid=4711)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if children.known(4711) is None else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert children.known(4711) is not None
