from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from backtrail.cli.commands.dev import write_switch
from backtrail.record.settings import read_settings


def home(tmp_path: Path) -> Path:
    return tmp_path / ".backtrail"


@pytest.mark.promise("L5")
def test_off_and_on_are_what_the_recorder_reads(call: Any, tmp_path: Path) -> None:
    assert call("dev", "off").out == "recording is off in this checkout\n"
    assert read_settings(str(home(tmp_path)), {})[0].enabled is False
    assert call("dev", "on").out == "recording is on in this checkout\n"
    assert read_settings(str(home(tmp_path)), {})[0].enabled is True


@pytest.mark.promise("L5")
def test_dogfood_is_switched_on_and_off(call: Any, tmp_path: Path) -> None:
    said = call("dev", "dogfood")
    assert said.out == "recording of Backtrail's own commands is on in this checkout\n"
    assert read_settings(str(home(tmp_path)), {})[0].dogfood is True
    call("dev", "dogfood", "off")
    assert read_settings(str(home(tmp_path)), {})[0].dogfood is False


def test_a_switch_leaves_every_other_line_as_it_is(tmp_path: Path) -> None:
    path = home(tmp_path) / "settings.toml"
    path.parent.mkdir()
    path.write_text('# mine\nmode = "flight"\nenabled   = true # why\nslow_ms = 5\n')
    write_switch(str(path.parent), "enabled", is_on=False)
    assert path.read_text() == '# mine\nmode = "flight"\nenabled = false\nslow_ms = 5\n'


def test_the_directory_that_a_switch_makes_is_closed_to_others(call: Any, tmp_path: Path) -> None:
    call("dev", "on")
    assert stat.S_IMODE(home(tmp_path).stat().st_mode) == 0o700


def test_a_switch_that_something_stronger_overrules_says_so(call: Any) -> None:
    said = call("dev", "on", BACKTRAIL_DISABLED="1")
    assert said.out == snapshot("""\
recording is on in this checkout
but BACKTRAIL_DISABLED says off, and is stronger
""")


@pytest.mark.promise("L5")
def test_status_tells_what_is_recorded_and_why(call: Any, tmp_path: Path) -> None:
    said = call("dev", "status", BACKTRAIL_MODE="flight")
    assert said.out.replace(str(tmp_path), "~") == snapshot("""\
recording is on (default)
  home           ~/.backtrail (made by the first recording)
  mode           flight  (BACKTRAIL_MODE)
  session        unset  (default)
  strict         off  (default)
  dogfood        off  (default)
  hang_after_s   unset  (default)
  slow_ms        unset  (default)
""")


@pytest.mark.parametrize("command", ["on", "off", "dogfood", "status"])
def test_every_subcommand_answers_in_json(call: Any, command: str, tmp_path: Path) -> None:
    answer = call("dev", command, "--json").json
    assert answer["home"] == str(home(tmp_path))
    assert answer["is_recording"] is (command != "off")
    assert set(answer["settings"]["enabled"]) == {"value", "source"}


def test_an_unknown_state_is_a_usage_error(call: Any) -> None:
    assert call("dev", "dogfood", "maybe").code == 2


def test_a_directory_that_cannot_be_made_is_told_in_two_lines(call: Any, tmp_path: Path) -> None:
    home(tmp_path).write_text("in the way")
    said = call("dev", "on")
    assert said.code == 3
    assert said.err.splitlines()[1] == "hint: backtrail doctor"
