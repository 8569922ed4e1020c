from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

import builders
from backtrail.cli.commands import export
from backtrail.model.event import Event
from sample_store import FAILED, WELL


def test_export_writes_each_event_of_a_trace_on_a_line(call: Any, project: Path) -> None:
    assert project.exists()
    lines = call("export", FAILED).out.splitlines()
    events = [msgspec.json.decode(line, type=Event) for line in lines]
    assert [event.seq for event in events] == list(range(9))
    assert {event.trace_id for event in events} == {FAILED}


@pytest.mark.usefixtures("project")
def test_export_takes_the_latest_trace_unless_one_is_named(call: Any) -> None:
    assert json.loads(call("export").out.splitlines()[0])["trace_id"] == WELL


@pytest.mark.usefixtures("project")
def test_export_of_all_holds_every_event_once(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 1)
    lines = call("export", "--all").out.splitlines()
    assert [json.loads(line)["trace_id"] for line in lines] == [FAILED] * 9 + [WELL] * 3


@pytest.mark.usefixtures("project")
def test_export_as_json_is_one_array(call: Any) -> None:
    assert [event["kind"] for event in call("export", WELL, "--json").json] == [
        "process.started",
        "debug.recorded",
        "process.ended",
    ]


def test_export_to_a_file_writes_it_whole_and_for_its_owner(call: Any, project: Path) -> None:
    target = project / "out.jsonl"
    said = call("export", WELL, "-o", str(target), "--json")
    assert said.json == {"file": str(target), "traces": 1, "events": 3}
    assert len(target.read_bytes().splitlines()) == 3
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not Path(f"{target}.part").exists()
    assert "3 events of 1 trace in " in call("export", WELL, "-o", str(target)).out


@pytest.mark.usefixtures("project")
def test_an_id_and_all_exclude_each_other(call: Any) -> None:
    assert call("export", WELL, "--all").code == 2


@pytest.mark.usefixtures("project")
def test_an_unknown_id_leaves_no_file(call: Any, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    assert call("export", "ffff", "-o", str(target)).code == 4
    assert not target.exists()


def test_a_folder_that_is_not_there_is_told_in_two_lines(call: Any, project: Path) -> None:
    said = call("export", WELL, "-o", str(project / "no" / "out.jsonl"))
    assert said.code == 3
    assert said.err.startswith(f"error: {project}/no/out.jsonl: No such file")


def test_events_of_a_program_that_was_killed_are_exported_too(call: Any, project: Path) -> None:
    trace = builders.trace_id(4)
    builders.write_segment(
        project / ".backtrail",
        builders.process_id(4),
        builders.debugs(trace, 3, t=10**10),
        tail=b'{"t":1,"tra',
    )
    assert len(call("export", trace).out.splitlines()) == 3


def test_a_folder_per_session_is_written_on_request(call: Any, project: Path) -> None:
    said = call("export", "--all", "--layout", "files", "-o", str(project / "out"))
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        f"1 trace, 9 events, 2 errors in {project}/out/till\n"
        f"1 trace, 3 events, 0 errors in {project}/out/~no-session\n"
    )
    assert (project / "out" / "till" / "log.jsonl").read_text().count("\n") == 9


def test_json_says_which_folders_were_written(call: Any, project: Path) -> None:
    told = call("export", FAILED, "--layout", "files", "-o", str(project / "out"), "--json").json
    assert [one["folder"] for one in told["sessions"]] == ["till"]


@pytest.mark.parametrize("arguments", [["--layout", "files"], ["-o", "."], ["--layout", "cards"]])
def test_a_layout_needs_what_it_writes_to(call: Any, arguments: list[str]) -> None:
    said = call("export", *arguments)
    assert (said.code, said.out) == (2, "")


@pytest.mark.usefixtures("project")
def test_export_of_several_traces_holds_each_once(call: Any) -> None:
    lines = call("export", WELL, FAILED, WELL).out.splitlines()
    assert [json.loads(line)["trace_id"] for line in lines] == [WELL] * 3 + [FAILED] * 9


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("form", ["otlp-json", "otlp-proto", "parquet"])
def test_export_in_another_format_is_a_file(call: Any, tmp_path: Path, form: str) -> None:
    path = tmp_path / "trace"
    done = call("export", FAILED, "--format", form, "-o", str(path))
    assert done.code == 0
    assert done.out.startswith("9 events of 1 trace in ")
    data = path.read_bytes()
    begins = {"otlp-json": b'{"resourceSpans":[{', "otlp-proto": b"\n", "parquet": b"PAR1"}
    assert data.startswith(begins[form])
    if form == "otlp-json":
        assert call("export", FAILED, "--format", form).out.encode() == data
    else:
        assert "needs a file: -o" in call("export", FAILED, "--format", form).err
    files = call("export", "--format", form, "--layout", "files", "-o", str(tmp_path / "x"))
    assert (files.code, "exclude each other" in files.err) == (2, True)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("traces", [["--all"], [FAILED, WELL]])
def test_a_page_holds_one_trace(call: Any, tmp_path: Path, traces: list[str]) -> None:
    said = call("export", *traces, "-o", str(tmp_path / "traces.html"))
    assert said.code == 2
    assert "a page holds one trace" in said.err
    assert not (tmp_path / "traces.html").exists()
