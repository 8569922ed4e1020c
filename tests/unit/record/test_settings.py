from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.model.errors import UsageError
from backtrail.model.settings import DEFAULTS
from backtrail.record.settings import find_home, is_disabled, read_settings


def home_in(project: Path) -> str:
    return str(project / ".backtrail")


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    found, sources = read_settings(home_in(tmp_path), {})
    assert found == DEFAULTS
    assert set(sources.values()) == {"default"}


@pytest.mark.promise("P5")
def test_each_source_is_stronger_than_the_next(tmp_path: Path) -> None:
    home = tmp_path / ".backtrail"
    home.mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[tool.backtrail]\nsession = "five"\nring_events = 5\nring_traces = 5\nkeep_days = 5\n'
        "keep_mib = 5\n"
    )
    (tmp_path / "backtrail.toml").write_text(
        'session = "four"\nring_events = 4\nring_traces = 4\nkeep_days = 4\n'
    )
    (home / "settings.toml").write_text('session = "three"\nring_events = 3\nring_traces = 3\n')
    environ = {"BACKTRAIL_SESSION": "two", "BACKTRAIL_RING_EVENTS": "2"}
    found, sources = read_settings(str(home), environ, {"session": "one"})
    assert (found.session, found.ring_events, found.ring_traces) == ("one", 2, 3)
    assert (found.keep_days, found.keep_mib, found.mode) == (4.0, 5.0, "full")
    assert {name: sources[name] for name in sources if sources[name] != "default"} == {
        "session": "argument",
        "ring_events": "BACKTRAIL_RING_EVENTS",
        "ring_traces": ".backtrail/settings.toml",
        "keep_days": "backtrail.toml",
        "keep_mib": "pyproject.toml",
    }


def test_variables_that_say_where_or_who_are_no_settings(tmp_path: Path) -> None:
    environ = {"BACKTRAIL_DIR": "x", "BACKTRAIL_RUN": "y", "OTHER": "z", "BACKTRAIL_UNHEARD": "1"}
    assert read_settings(home_in(tmp_path), environ)[0] == DEFAULTS


@pytest.mark.parametrize(
    ("text", "is_off"), [("1", True), ("TRUE", True), ("0", False), ("", False)]
)
def test_disabled_switches_off_and_wins_over_enabled(
    text: str, tmp_path: Path, *, is_off: bool
) -> None:
    environ = {"BACKTRAIL_DISABLED": text, "BACKTRAIL_ENABLED": "1"}
    assert is_disabled(environ) is is_off
    found, sources = read_settings(home_in(tmp_path), environ)
    assert found.enabled is not is_off
    assert sources["enabled"] == ("BACKTRAIL_DISABLED" if is_off else "BACKTRAIL_ENABLED")


def test_a_file_that_is_not_toml_is_refused_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "backtrail.toml").write_text("mode = full")
    with pytest.raises(UsageError, match=r"backtrail\.toml is not TOML"):
        read_settings(home_in(tmp_path), {})


def test_a_file_that_is_not_text_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "backtrail.toml").write_bytes(b"mode = '\xff'")
    with pytest.raises(UsageError, match=r"backtrail\.toml is not TOML"):
        read_settings(home_in(tmp_path), {})


@pytest.mark.parametrize("text", ["tool = 3  # tool.backtrail", "[tool]\nbacktrail = 5"])
def test_a_project_file_of_another_shape_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f"{text} # tool.backtrail")
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        read_settings(home_in(tmp_path), {})


def test_a_project_file_of_others_alone_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nmode = 1\n")
    assert read_settings(home_in(tmp_path), {})[0] == DEFAULTS


def test_the_home_is_found_upwards(tmp_path: Path) -> None:
    (tmp_path / ".backtrail").mkdir()
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").touch()
    assert find_home(str(deep), {}) == home_in(tmp_path)


@pytest.mark.parametrize("mark", ["pyproject.toml", "backtrail.toml", ".git"])
def test_without_a_home_it_belongs_beside_the_mark_of_the_project(
    mark: str, tmp_path: Path
) -> None:
    (tmp_path / mark).touch()
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_home(str(deep), {}) == home_in(tmp_path)


def test_a_folder_says_where_the_home_is_before_anything_else(tmp_path: Path) -> None:
    (tmp_path / ".backtrail").mkdir()
    assert find_home(str(tmp_path), {"BACKTRAIL_DIR": "../x/y"}) == str(tmp_path.parent / "x" / "y")
    assert find_home(str(tmp_path), {"BACKTRAIL_DIR": "/q"}) == "/q"
    assert find_home(str(tmp_path), {"BACKTRAIL_DIR": ""}) == home_in(tmp_path)
