from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from backtrail.cli.commands.config import value_word
from backtrail.model.settings import ABOUT


def test_config_names_every_setting_and_its_source(call: Any, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.backtrail]\nslow_ms = 250\n")
    said = call("config", "--json", BACKTRAIL_MODE="flight")
    settings = {setting["name"]: setting for setting in said.json["settings"]}
    assert set(settings) == set(ABOUT)
    assert (settings["mode"]["value"], settings["mode"]["source"]) == ("flight", "BACKTRAIL_MODE")
    assert (settings["slow_ms"]["value"], settings["slow_ms"]["source"]) == (250, "pyproject.toml")
    assert settings["enabled"]["source"] == "default"


def test_config_is_the_same_from_any_folder_of_the_project(call: Any, tmp_path: Path) -> None:
    (tmp_path / "backtrail.toml").write_text('session = "night"\n')
    below = tmp_path / "src" / "deep"
    below.mkdir(parents=True)
    assert call("config", "--json", cwd=below).json == call("config", "--json").json


def test_config_prints_a_table(call: Any, tmp_path: Path) -> None:
    lines = call("config").out.splitlines()
    assert lines[0] == f"home  {tmp_path}/.backtrail"
    assert lines[2].split() == ["setting", "value", "from"]
    assert lines[3].split() == ["enabled", "on", "default"]
    assert lines[-1] == "backtrail config NAME says what a setting does."


def test_config_tells_about_one_setting(call: Any) -> None:
    assert call("config", "mode").out == snapshot("""\
full  (default)
`full` writes every event; `flight` writes a trace when it errs, is slow or is kept.
""")


def test_an_unknown_setting_is_a_usage_error(call: Any) -> None:
    said = call("config", "colour")
    assert (said.code, said.out) == (2, "")
    assert said.err == snapshot("""\
error: there is no setting 'colour'
hint: `backtrail config` lists the settings
""")


def test_a_setting_that_does_not_fit_names_its_source(call: Any) -> None:
    said = call("config", BACKTRAIL_RING_EVENTS="many")
    assert (said.code, said.out) == (2, "")
    assert said.err == snapshot("""\
error: BACKTRAIL_RING_EVENTS sets ring_events to 'many', which does not fit
hint: Events that are kept in memory of each trace, for the history of an error.
""")


@pytest.mark.parametrize(
    ("value", "word"),
    [(True, "on"), (None, "unset"), (("a", "b"), "a, b"), ((), "none"), (30.0, "30"), (7, "7")],
)
def test_a_value_is_written_as_a_person_would(value: Any, word: str) -> None:
    assert value_word(value) == word
