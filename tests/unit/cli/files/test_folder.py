from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

import builders
import sample_store
import sample_views
from backtrail.cli.files.folder import write_folder
from backtrail.model.errors import NotFoundError, UsageError
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from sample_store import FAILED, WELL
from sample_views import SHOP


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A store of three traces: two of the session `till`, one of none."""
    home = sample_store.write_store(tmp_path)
    sample_views.write_store(tmp_path)
    with Catalog.open(home) as opened:
        refresh(opened)
        yield opened


def tree(path: Path) -> dict[str, bytes]:
    return {
        found.relative_to(path).as_posix(): found.read_bytes()
        for found in path.rglob("*")
        if found.is_file()
    }


def test_each_session_has_a_folder_and_the_index_lists_them(
    catalog: Catalog, tmp_path: Path
) -> None:
    written = write_folder(catalog, [FAILED, WELL, SHOP], tmp_path / "out")
    assert {one.folder: one.traces for one in written.sessions} == {"till": 2, "~no-session": 1}
    listed = json.loads((tmp_path / "out" / "index.json").read_text())["sessions"]
    assert [one["session"] for one in listed] == ["till", None]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "till", "~no-session", "index.json",
    }  # fmt: skip


def test_the_same_traces_give_the_same_files(catalog: Catalog, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_folder(catalog, [FAILED, SHOP], tmp_path / name)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert len(tree(tmp_path / "one")) > 8


def test_only_the_owner_may_read_what_is_written(catalog: Catalog, tmp_path: Path) -> None:
    write_folder(catalog, [FAILED], tmp_path / "out")
    modes = {
        stat.S_IMODE(path.stat().st_mode)
        for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]
    }
    assert modes == {0o700, 0o600}


def test_a_folder_that_holds_something_is_left_alone(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("out", "link"):
        with pytest.raises(UsageError, match="not an empty folder"):
            write_folder(catalog, [FAILED], tmp_path / name)
    assert tree(tmp_path / "out") == {"mine.txt": b"mine"}
    assert tree(tmp_path / "elsewhere") == {}


def test_an_empty_folder_is_taken(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_folder(catalog, [FAILED], tmp_path / "out")
    assert (tmp_path / "out" / "index.json").is_file()


def test_what_breaks_off_leaves_nothing(catalog: Catalog, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    with pytest.raises(NotFoundError):
        write_folder(catalog, [FAILED, builders.trace_id(404)], tmp_path / "out")
    assert set(tmp_path.iterdir()) == before


def test_progress_is_told(catalog: Catalog, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_folder(
        catalog, [FAILED, WELL], tmp_path / "out", lambda done, of: told.append((done, of))
    )
    assert told == [(1, 2), (2, 2)]


def test_names_of_sessions_lead_nowhere_and_stay_apart(tmp_path: Path) -> None:
    home = tmp_path / ".backtrail"
    sessions = ["a/b", "a_b", "..", "../../up", ".hidden", "x" * 300]
    for number, session in enumerate(sessions):
        trace = builders.trace_id(100 + number)
        lines = [
            builders.process_started(trace, session=session),
            *builders.debugs(trace, 2),
            builders.line("process.ended", trace, t=9_000),
        ]
        builders.write_segment(home, builders.process_id(100 + number), lines)
    with Catalog.open(home) as opened:
        refresh(opened)
        ids = [trace.trace_id for trace in reading.traces(opened)]
        (tmp_path / "deep").mkdir()
        written = write_folder(opened, ids, tmp_path / "deep" / "out")
    assert len({one.folder for one in written.sessions}) == len(sessions)
    assert {path.name for path in (tmp_path / "deep").iterdir()} == {"out"}
    folders = {path.name for path in (tmp_path / "deep" / "out").iterdir() if path.is_dir()}
    assert folders == {one.folder for one in written.sessions}
