from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

import inside
from backtrail.record import guard
from backtrail.record.attach import inherit
from backtrail.record.attach.children import child_environment
from inside import SHOW


@pytest.fixture(autouse=True)
def parent() -> Iterator[str]:
    with inside.followed() as traceparent:
        yield traceparent


def test_a_program_s_environment_stays_as_it_is() -> None:
    before = dict(os.environ)
    subprocess.run(SHOW, capture_output=True, check=True)
    os.waitpid(os.posix_spawn("/bin/sh", ["sh", "-c", ":"], os.environ), 0)
    assert dict(os.environ) == before
    given = {"PATH": os.environ["PATH"]}
    subprocess.run(SHOW, env=given, capture_output=True, check=True)
    assert list(given) == ["PATH"]


def test_a_traceparent_that_the_program_hands_on_itself_is_left_alone() -> None:
    theirs = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    env = {**os.environ, "TRACEPARENT": theirs}
    done = subprocess.run(SHOW, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == theirs


def test_an_environment_of_bytes_is_extended_as_well(parent: str) -> None:
    env = {b"PATH": os.environb[b"PATH"]}
    done = subprocess.run(SHOW, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == parent


def test_a_child_that_is_recorded_gets_all_that_it_needs(
    parent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(inherit.handed_on, "BACKTRAIL_RUN", "run-7")
    plain = {"PATH": os.environ["PATH"], "TRACEPARENT": "theirs", "PYTHONPATH": "lib"}
    given = child_environment(plain)
    assert given is not None
    assert (given["TRACEPARENT"], given["BACKTRAIL_RUN"]) == (parent, "run-7")
    assert given["PYTHONPATH"] == f"{inherit.SITE}{os.pathsep}lib"
    assert inherit.stripped(given) == plain


def test_an_environment_that_is_none_is_left_to_the_operating_system_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "is_strict", False)
    monkeypatch.setattr(guard, "lost", {})
    odd = 7
    assert child_environment(odd) is odd  # type: ignore[arg-type,comparison-overlap]
    assert guard.lost == {"broke: child environment: AttributeError": 1}
