from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

import builders
from backtrail.cli.store_diagnosis import check_store, losses, partly_indexed
from backtrail.model.kinds import SHORTENED
from sample_store import write_store

TRACE = builders.trace_id(9)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The sample store."""
    return write_store(tmp_path)


def said(home: Path) -> dict[str, str]:
    """Return what was found, and how grave it is."""
    findings = list(check_store(home))
    assert all(finding.evidence and finding.do for finding in findings)
    return {finding.what: finding.level for finding in findings}


def test_a_sound_store_only_tells_what_was_cut(home: Path) -> None:
    assert said(home) == {"a part of events was cut": "note"}


def test_a_program_that_was_killed_is_told(home: Path) -> None:
    lines = [builders.process_started(TRACE, t=10**10)]
    builders.write_segment(home, builders.process_id(9), lines)
    assert said(home)["programs ended without a word, as those do that are killed"] == "note"


def test_a_torn_line_is_told(home: Path) -> None:
    builders.write_segment(home, builders.process_id(9), builders.debugs(TRACE, 1), tail=b'{"t"')
    assert said(home)["lines of the journal are torn"] == "note"


def test_a_segment_of_a_later_version_is_a_problem(home: Path) -> None:
    path = builders.segment_path(home, builders.process_id(9))
    path.write_bytes(builders.header(builders.process_id(9), version=99))
    assert said(home)["a later version of Backtrail wrote a part of the journal"] == "problem"


def test_a_file_that_is_no_journal_is_a_problem(home: Path) -> None:
    builders.segment_path(home, builders.process_id(9)).write_bytes(b"hello\n" * 9)
    assert said(home)["a file in the journal is no journal"] == "problem"


def test_a_damaged_catalogue_is_a_problem(home: Path) -> None:
    (home / "catalog.db").write_bytes(b"no catalogue" * 999)
    assert said(home) == {"the catalogue is damaged; the journal is not": "problem"}


def test_events_that_were_lost_are_a_problem_and_cut_ones_a_note() -> None:
    counted = {
        "event too large": 2, "journal not synced": 1, "value not captured": 3, "torn_line": 1,
        SHORTENED: 9, "entry rule broken: tags": 2,
        "settings ignored: they do not fit": 1, "broke: log handler: KeyError": 4,
    }  # fmt: skip
    told = [(finding.what, finding.evidence, finding.level) for finding in losses(counted)]
    assert told == [
        (
            "the recorder itself failed; the program went on",
            "log handler: KeyError, 4 times",
            "problem",
        ),
        (
            "entries break the rules that the settings set for them",
            "entry rule broken: tags, 2 times",
            "note",
        ),
        ("events were lost while recording", "event too large, 2 times", "problem"),
        ("events were lost while recording", "journal not synced, 1 time", "problem"),
        ("long or deep values were shortened", f"{SHORTENED}, 9 times", "note"),
        (
            "settings did not fit, so a program was recorded by the defaults",
            "settings ignored: they do not fit, 1 time",
            "note",
        ),
        ("a part of events was cut", "value not captured, 3 times", "note"),
    ]


def test_a_program_that_records_is_named(home: Path) -> None:
    lines = [builders.process_started(TRACE), *builders.debugs(TRACE, 2)]
    path = builders.write_segment(home, builders.process_id(9), lines)
    with path.open("rb") as segment:
        fcntl.flock(segment, fcntl.LOCK_EX)
        (finding,) = [found for found in check_store(home) if "at this moment" in found.what]
    assert finding.evidence.startswith(f"process {os.getpid()} (")
    assert finding.level == "note"


def test_traces_that_are_indexed_in_part_are_a_note() -> None:
    [finding] = partly_indexed(3)
    assert (finding.evidence, finding.level) == ("3 traces", "note")
    assert list(partly_indexed(0)) == []
