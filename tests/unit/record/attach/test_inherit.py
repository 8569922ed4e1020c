from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.record.attach import inherit
from backtrail.record.attach.inherit import SITE, extended, stripped

NAMES = st.sampled_from(["PATH", "PYTHONPATH", "TRACEPARENT", "BACKTRAIL_RUN", "BACKTRAIL_MODE"])
ENVIRONMENTS = st.dictionaries(NAMES, st.text("ab:/", max_size=5))


@given(environ=ENVIRONMENTS, ours=ENVIRONMENTS)
def test_what_was_added_can_be_taken_away_again(
    environ: dict[str, str], ours: dict[str, str]
) -> None:
    assert stripped(extended(environ, ours)) == environ


@given(environ=ENVIRONMENTS, first=ENVIRONMENTS, second=ENVIRONMENTS)
def test_an_extended_environment_is_extended_anew(
    environ: dict[str, str], first: dict[str, str], second: dict[str, str]
) -> None:
    assert extended(extended(environ, first), second) == extended(environ, second)


def test_the_folder_with_the_start_of_recording_comes_first_on_the_path() -> None:
    assert extended({}, {})["PYTHONPATH"] == SITE
    assert extended({"PYTHONPATH": ""}, {})["PYTHONPATH"] == SITE, "an empty entry is the cwd"
    assert extended({"PYTHONPATH": "lib:more"}, {})["PYTHONPATH"] == f"{SITE}:lib:more"
    assert Path(SITE, "sitecustomize.py").is_file()


def test_a_variable_is_found_though_it_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKTRAIL_RUN", "seen")
    assert inherit.variable("BACKTRAIL_RUN") == "seen"
    monkeypatch.setitem(inherit.handed_on, "BACKTRAIL_RUN", "hidden")
    assert inherit.variable("BACKTRAIL_RUN") == "hidden"
    assert inherit.variable("BACKTRAIL_NOTHING") is None


@pytest.mark.parametrize(("text", "moment"), [("17", 17), ("", None), ("soon", None)])
def test_a_deadline_is_a_moment_of_the_monotonic_clock(
    monkeypatch: pytest.MonkeyPatch, text: str, moment: int | None
) -> None:
    monkeypatch.setenv("BACKTRAIL_DEADLINE_NS", text)
    assert inherit.deadline_ns() == moment
