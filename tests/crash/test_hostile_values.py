"""Values that resist being looked at change neither the program nor what else is recorded."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from dying import PROGRAMS
from running import BACKTRAIL, RUN, environment, journal, of_kind, project, run

HOSTILE = [sys.executable, str(PROGRAMS / "hostile.py")]
HANDED_IN = 31
DISK_BYTES_MAX = 10 << 20


@pytest.mark.parametrize("recording", [HOSTILE, [*RUN, "--", *HOSTILE]], ids=["itself", "run"])
def test_a_program_full_of_hostile_values_goes_as_it_does_without_recording(
    tmp_path: Path, recording: list[str]
) -> None:
    folder = project(tmp_path)
    plainly = run(*HOSTILE, cwd=folder, env=environment(BACKTRAIL_DISABLED="1"))
    recorded = run(*recording, cwd=folder)
    assert recorded.stderr == plainly.stderr == b"died of Raised\n"
    assert recorded.stdout.splitlines() == plainly.stdout.splitlines()
    assert recorded.returncode == plainly.returncode == 1
    asked = {line.partition(b"asked ")[2] for line in plainly.stdout.splitlines()}
    assert asked == {b"", b"[]"}

    events = journal(folder)
    entries = [event for event in of_kind(events, "debug.recorded") if event["action"] != "kept"]
    attributes = [event["attributes"] for event in entries if "held" in event["attributes"]]
    assert len(attributes) == HANDED_IN
    assert {held["token"] for held in attributes} == {"[redacted]"}
    spans = of_kind(events, "span.ended")
    assert len([span for span in spans if "more" in span.get("attributes", {})]) == HANDED_IN
    begun = [span for span in of_kind(events, "span.started") if span["name"] == "hold_value"]
    assert len(begun) == HANDED_IN
    errors = of_kind(events, "error.raised")
    assert {error["type"].rpartition(".")[2] for error in errors} >= {
        "KeyError",
        "ValueError",
        "Raised",
        "ExceptionGroup",
    }
    size = sum(path.stat().st_size for path in (folder / ".backtrail").rglob("*"))
    assert size < DISK_BYTES_MAX

    doctor = run(*BACKTRAIL, "doctor", "--json", cwd=folder)
    assert doctor.returncode == 0, doctor.stdout.decode()
    findings = json.loads(doctor.stdout)["findings"]
    assert {finding["level"] for finding in findings} == {"note"}
    shown = run(*BACKTRAIL, "show", errors[-1]["trace"], cwd=folder)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert b"Raised" in shown.stdout
