from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import builders
import sample_store
import sample_views
from backtrail.cli.files import session
from backtrail.cli.files.session import SessionFolder
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from sample_store import ERROR, FAILED, HANDLED
from sample_views import PROCESS, SHOP


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A store of a trace that failed, and one with calls, locks and state."""
    home = sample_store.write_store(tmp_path)
    sample_views.write_store(tmp_path)
    with Catalog.open(home) as opened:
        refresh(opened)
        yield opened


def written(catalog: Catalog, path: Path) -> SessionFolder:
    folder = SessionFolder(path)
    for trace_id in (FAILED, SHOP):
        folder.add(catalog, trace_id)
    return folder


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_error_call_change_and_trace_has_a_file(catalog: Catalog, tmp_path: Path) -> None:
    folder = written(catalog, tmp_path / "till")
    names = {
        name: sorted(path.name for path in (tmp_path / "till" / name).iterdir())
        for name in session.FOLDERS
    }
    assert names == {
        "errors": sorted([f"{ERROR}.json", f"{HANDLED}.json"]),
        "llm_transcripts": [f"{PROCESS}-{seq}.json" for seq in (7, 8, 9)],
        "traces": [f"{FAILED}.json", f"{SHOP}.json"],
        "diffs": [f"{PROCESS}-20.json", f"{PROCESS}-4.json"],
    }
    assert folder.counts == {
        "traces": 2, "events": 35, "errors": 2, "llm_transcripts": 3, "diffs": 2,
    }  # fmt: skip


def test_a_file_holds_what_the_commands_show(catalog: Catalog, tmp_path: Path) -> None:
    written(catalog, tmp_path / "till")
    error = json.loads((tmp_path / "till" / "errors" / f"{ERROR}.json").read_text())
    assert (error["type"], error["locals"]["prices"]) == ("KeyError", {"toaster": 30})
    call = json.loads((tmp_path / "till" / "llm_transcripts" / f"{PROCESS}-8.json").read_text())
    assert [message["role"] for message in call["messages"]] == ["system", "user"]
    trace = json.loads((tmp_path / "till" / "traces" / f"{SHOP}.json").read_text())
    assert [row["name"] for row in trace["outline"]] == ["order", "price", "advice"]
    diff = json.loads((tmp_path / "till" / "diffs" / f"{PROCESS}-4.json").read_text())
    assert diff["edits"][0]["path"] == "/kettle"


def test_the_log_holds_every_event_in_order(catalog: Catalog, tmp_path: Path) -> None:
    written(catalog, tmp_path / "till")
    log = lines(tmp_path / "till" / "log.jsonl")
    assert len(log) == 35
    assert [line["trace_id"] for line in log] == [FAILED] * 9 + [SHOP] * 26
    assert [line["text"] for line in log if line["kind"] == "span.ended"][-1] == "ended order"


def test_the_times_hold_every_span_and_call(catalog: Catalog, tmp_path: Path) -> None:
    written(catalog, tmp_path / "till")
    times = lines(tmp_path / "till" / "performance.jsonl")
    spans = {one["name"]: one["took_ms"] for one in times if one["sort"] == "span"}
    assert spans == {"load prices": 3.0, "checkout": 21.0, "price": 40.0, "advice": 258.0,
                     "order": 385.0}  # fmt: skip
    assert sum(one["sort"] == "llm" for one in times) == 3
    assert [one["name"] for one in times if one["sort"] == "measured"] == ["order"]


def test_an_error_id_that_comes_twice_has_two_files(tmp_path: Path) -> None:
    home, trace = tmp_path / ".backtrail", builders.trace_id(31)
    body = builders.error_body("0190b6a2000070009000000000000f01")
    raised = [builders.line("error.raised", trace, t=t, **body) for t in (2, 3)]
    builders.write_segment(
        home, builders.process_id(31), [builders.process_started(trace), *raised]
    )
    with Catalog.open(home) as opened:
        refresh(opened)
        SessionFolder(tmp_path / "out").add(opened, trace)
    assert len(list((tmp_path / "out" / "errors").iterdir())) == 2


def test_a_span_that_never_ended_is_written_too(tmp_path: Path) -> None:
    home, trace = tmp_path / ".backtrail", builders.trace_id(31)
    began = builders.line("span.started", trace, t=1_000_000, span="ab" * 8, name="endless")
    later = builders.debugs(trace, 1, t=5_000_000)
    builders.write_segment(home, builders.process_id(31), [began, *later])
    with Catalog.open(home) as opened:
        refresh(opened)
        SessionFolder(tmp_path / "out").add(opened, trace)
    (span,) = lines(tmp_path / "out" / "performance.jsonl")
    assert (span["name"], span["status"], span["took_ms"]) == ("endless", "unfinished", 4.0)


def test_files_beyond_the_limit_are_counted(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "EXPORT_FILES_MAX", 3)
    folder = written(catalog, tmp_path / "till")
    assert folder.left_out == 9 - 3
    files = [path for path in (tmp_path / "till").rglob("*.json") if path.is_file()]
    assert len(files) == 3
    assert folder.counts["events"] == 35
