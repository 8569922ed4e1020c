from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import backtrail
from backtrail.model.limits import VARIABLE_LOOKS_MAX, VARIABLES_MAX
from backtrail.record.effects import environment
from recorded import events, recording


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / ".backtrail") as home:
        environment.watch()
        try:
            yield home
        finally:
            environment.unwatch()


def read(home: Path) -> list[tuple[str, str | None]]:
    return [(e.body["name"], e.body.get("value")) for e in events(home, "environment.read")]


def changed(home: Path) -> list[tuple[Any, ...]]:
    bodies = [event.body for event in events(home, "environment.changed")]
    return [
        (body["name"], body.get("before"), body.get("after"))
        for body in bodies
        if body["name"].startswith("SHOP_")
    ]


def test_a_variable_is_told_however_it_is_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment.unwatch()
    monkeypatch.setenv("SHOP_REGION", "north")
    environment.watch()
    assert os.environ["SHOP_REGION"] == "north"
    assert os.environ.get("SHOP_REGION") == "north"
    assert os.getenv("SHOP_REGION") == "north"
    assert "SHOP_REGION" in os.environ
    assert os.environb[b"SHOP_REGION"] == b"north"
    assert read(home) == [("SHOP_REGION", "north")] * 5
    callers = {event.body["caller"]["function"] for event in events(home, "environment.read")}
    assert callers == {"test_a_variable_is_told_however_it_is_read"}


def test_a_variable_that_is_not_set_is_told_and_raises_as_ever(home: Path) -> None:
    with pytest.raises(KeyError) as caught:
        os.environ["SHOP_NOWHERE"]
    assert caught.value.args == ("SHOP_NOWHERE",)
    assert [entry.name for entry in caught.traceback] == [
        "test_a_variable_that_is_not_set_is_told_and_raises_as_ever", "__getitem__",
    ]  # fmt: skip
    assert os.environ.get("SHOP_NOWHERE", "default") == "default"
    with pytest.raises(TypeError, match="str expected"):
        os.environ[7]  # type: ignore[index]
    assert read(home) == [("SHOP_NOWHERE", None)] * 2


def test_a_variable_is_told_once_for_each_place(home: Path) -> None:
    for _ in range(5):
        os.getenv("SHOP_REGION")
        os.getenv("SHOP_CURRENCY")
    assert len(read(home)) == 2


def test_a_variable_that_is_read_over_and_over_is_not_looked_at_until_it_changes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_REGION", "north")
    for _ in range(VARIABLE_LOOKS_MAX):
        os.getenv("SHOP_REGION")
    os.getenv("SHOP_REGION")
    assert len(read(home)) == 1
    os.environ["SHOP_REGION"] = "south"
    os.getenv("SHOP_REGION")
    with backtrail.start_operation_trace("next"):
        os.getenv("SHOP_REGION")
    assert [value for _, value in read(home)] == ["north", "south", "south"]


def test_the_value_of_a_secret_is_not_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "sesame-77-open")
    monkeypatch.setenv("SHOP_NOTE", "dial sesame-77-open")
    os.getenv("SHOP_PASSWORD")
    monkeypatch.setenv("SHOP_DSN", "postgres://u:sesame-77-open@db/x")
    os.getenv("SHOP_DSN")
    monkeypatch.delenv("SHOP_PASSWORD")
    assert ("SHOP_PASSWORD", "[redacted]") in read(home)
    assert "sesame" not in str(read(home)) + str([c for c in changed(home) if c[0] != "SHOP_NOTE"])


def test_a_walk_over_all_variables_is_not_told(home: Path) -> None:
    assert dict(os.environ.items()) == os.environ.copy()
    assert len(list(os.environ.values())) == len(os.environ)
    assert ("PATH", os.environb[b"PATH"].decode()) in os.environ.items()
    assert [name for name, _ in read(home)] == ["PATH"]


@pytest.mark.usefixtures("home")
def test_a_walk_looks_and_costs_as_it_does_unwatched() -> None:
    views = [repr(os.environ.items()), repr(os.environ.values())]
    kinds = [kind.__name__ for kind in (type(os.environ.items()), type(os.environ.values()))]
    calls: list[str] = []
    sys.setprofile(lambda frame, *_: calls.append(frame.f_code.co_name))
    list(os.environ.items())
    sys.setprofile(None)
    assert "getitem" not in calls
    environment.unwatch()
    assert [repr(os.environ.items()), repr(os.environ.values())] == views
    assert kinds == ["ItemsView", "ValuesView"]
    assert "items" not in vars(type(os.environ))


@pytest.mark.usefixtures("home")
def test_a_variable_that_goes_during_a_walk_is_missed_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOP_BRIEF", "1")
    walk = iter(os.environ.items())
    next(walk)
    monkeypatch.delenv("SHOP_BRIEF")
    with pytest.raises(KeyError) as caught:
        list(walk)
    assert caught.value.args == ("SHOP_BRIEF",)
    assert caught.value.__suppress_context__


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", ["get", "__contains__", "__getitem__"])
def test_what_can_be_no_name_is_refused_as_ever(name: str) -> None:
    with pytest.raises(TypeError, match="str expected, not int") as caught:
        getattr(os.environ, name)(7)
    frames = [str(entry.path) for entry in caught.traceback]
    assert environment.__file__ not in frames


def test_one_place_that_reads_many_is_told_in_part(home: Path) -> None:
    for number in range(VARIABLES_MAX + 10):
        os.getenv(f"SHOP_{number}")
    assert len(read(home)) == VARIABLES_MAX


def test_what_the_standard_library_looks_up_for_itself_is_not_told(home: Path) -> None:
    os.get_exec_path()
    os.path.expanduser("~")  # noqa: PTH111 - it reads HOME
    assert read(home) == []


def test_what_is_set_and_removed_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_MODE", raising=False)
    os.environ["SHOP_MODE"] = "slow"
    os.environ["SHOP_MODE"] = "fast"
    del os.environ["SHOP_MODE"]
    assert changed(home) == [
        ("SHOP_MODE", None, "slow"), ("SHOP_MODE", "slow", "fast"), ("SHOP_MODE", "fast", None),
    ]  # fmt: skip


def test_the_environment_stays_what_it_is(home: Path) -> None:
    before = type(os.environ)
    assert type(os.environ).__getitem__.__name__ == "__getitem__"
    environment.unwatch()
    assert type(os.environ) is before
    assert "backtrail" not in type(os.environ).__getitem__.__code__.co_filename
    os.getenv("SHOP_LATER")
    os.environ["SHOP_LATER"] = "x"
    del os.environ["SHOP_LATER"]
    assert read(home) == changed(home) == []
