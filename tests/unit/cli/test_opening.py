from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

import builders
from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import find_store, opened_store, progress, resolve_trace
from backtrail.model.errors import NotFoundError
from backtrail.store import reading
from sample_store import FAILED, WELL, write_store


class Terminal(io.StringIO):
    """A terminal that keeps what is written to it."""

    def isatty(self) -> bool:  # noqa: D102
        return True


def invocation(cwd: Path) -> Invocation:
    return Invocation(cwd=str(cwd), environ={})


def test_the_store_is_found_from_any_folder_below(tmp_path: Path) -> None:
    home = write_store(tmp_path)
    below = tmp_path / "src" / "deep"
    below.mkdir(parents=True)
    assert find_store(invocation(below)) == home


def test_without_a_store_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        find_store(invocation(tmp_path))
    assert caught.value.hint == "`backtrail run -- python app.py` records a program"


def test_an_opened_store_holds_what_was_just_recorded(tmp_path: Path) -> None:
    home = write_store(tmp_path)
    with opened_store(invocation(tmp_path)) as catalog:
        assert len(reading.traces(catalog)) == 2
    builders.write_segment(home, builders.process_id(3), builders.debugs(builders.trace_id(3), 1))
    with opened_store(invocation(tmp_path)) as catalog:
        assert len(reading.traces(catalog)) == 3


def test_latest_passes_over_our_own_commands(tmp_path: Path) -> None:
    home = write_store(tmp_path)
    own = builders.trace_id(3)
    lines = [builders.process_started(own, t=9 * 10**9, session="dogfood")]
    builders.write_segment(home, builders.process_id(3), lines)
    with opened_store(invocation(tmp_path)) as catalog:
        assert resolve_trace(catalog, "latest") == WELL
        assert resolve_trace(catalog, own) == own
        assert resolve_trace(catalog, FAILED) == FAILED


def test_latest_of_nothing_but_own_commands_is_one_of_them(tmp_path: Path) -> None:
    own = builders.trace_id(3)
    lines = [builders.process_started(own, session="dogfood")]
    builders.write_segment(tmp_path / ".backtrail", builders.process_id(3), lines)
    with opened_store(invocation(tmp_path)) as catalog:
        assert resolve_trace(catalog, "latest") == own


def test_progress_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress("indexing") as report:
        assert report is not None
        report(5, 10)
        report(10, 10)
    assert "indexing" in terminal.getvalue()
    assert "100%" in terminal.getvalue()


def test_short_work_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress("indexing", units_min=100) as report:
        assert report is not None
        report(10, 99)
    assert terminal.getvalue() == ""


def test_a_pipe_gets_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress("indexing") as report:
        assert report is None
