from __future__ import annotations

from pathlib import Path
from typing import Any

import builders


def test_index_reads_what_is_not_yet_in_the_catalogue(call: Any, project: Path) -> None:
    assert project.exists()
    assert call("index").out.startswith("12 events from 2 segments (")
    assert call("index").out == "0 events from 0 segments (0 B)\n"


def test_a_rebuilt_catalogue_gives_the_same_answers(call: Any, project: Path) -> None:
    before = call("ls", "--json").json, call("errors", "--json").json
    (project / ".backtrail" / "catalog.db").write_bytes(b"not a catalogue")
    assert call("ls").code == 3
    rebuilt = call("index", "--rebuild")
    assert rebuilt.code == 0
    assert "the damaged catalogue is kept as " in rebuilt.out
    assert (call("ls", "--json").json, call("errors", "--json").json) == before


def test_json_counts_what_was_read(call: Any, project: Path) -> None:
    trace = builders.trace_id(5)
    builders.write_segment(
        project / ".backtrail", builders.process_id(5), [*builders.debugs(trace, 2), b"torn\n"]
    )
    answer = call("index", "--json").json
    assert (answer["indexed"]["events"], answer["indexed"]["torn"]) == (14, 1)


def test_torn_lines_are_told(call: Any, project: Path) -> None:
    builders.write_segment(project / ".backtrail", builders.process_id(5), [b"torn\n"])
    assert "1 line could not be read; `backtrail doctor` says where" in call("index").out


def test_without_a_store_there_is_nothing_to_index(call: Any) -> None:
    said = call("index")
    assert said.code == 4
    assert said.err.startswith("error: nothing is recorded here: ")
    assert call("index", "--rebuild").code == 4


def test_an_unknown_option_is_a_usage_error(call: Any) -> None:
    assert call("index", "--all").code == 2


def test_index_fills_the_index_of_words_and_it_can_be_deleted(call: Any, project: Path) -> None:
    file = project / ".backtrail" / "text.db"
    before = call("ls", "--grep", "checkout", "--json").json
    for arguments in (["index"], ["index", "--rebuild"]):
        assert call(*arguments).code == 0
        assert file.exists()
        assert call("ls", "--grep", "checkout", "--json").json == before
        for path in file.parent.glob("text.db*"):
            path.unlink()
        assert call("ls", "--grep", "checkout", "--json").json == before
