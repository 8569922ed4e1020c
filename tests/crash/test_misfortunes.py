"""Whatever becomes of the place where it is recorded, a program goes on as if it were not."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from builders import debugs, process_id, process_started, trace_id, write_segment
from dying import PROGRAMS, read_back
from running import BACKTRAIL, RUN, environment, project

STEADFAST = [sys.executable, str(PROGRAMS / "steadfast.py")]
ALL = 12_000
PR_CAPBSET_DROP = 24
FILE_POWERS = (0, 1, 2, 3)
"""The powers by which root writes what others own, whatever its mode says."""


def without_powers() -> None:
    """Let root be held to the modes of files."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for power in FILE_POWERS:
            assert libc.prctl(PR_CAPBSET_DROP, power, 0, 0, 0) == 0


def run(*command: str, cwd: Path, **changes: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command that may only do what the modes of files allow."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(BACKTRAIL_STRICT=None, **changes),
        capture_output=True,
        timeout=60,
        check=False,
        preexec_fn=without_powers,
    )


def told(folder: Path) -> dict[str, list[str]]:
    """Return what the doctor finds, with all that was seen of it."""
    done = run(*BACKTRAIL, "doctor", "--json", cwd=folder)
    assert done.stderr == b""
    findings = json.loads(done.stdout)["findings"]
    return {
        what: [finding["evidence"] for finding in findings if finding["what"] == what]
        for what in {finding["what"] for finding in findings}
    }


LOST = "events were lost while recording"
KILLED = "programs ended without a word, as those do that are killed"
DROPPED = "event not written"
READ_ONLY_SEEN = "has mode 0500"
READ_ONLY = "a directory cannot be written, so programs are not recorded"


@pytest.mark.parametrize("how", ["itself", "run"])
@pytest.mark.parametrize(
    ("misfortune", "finding", "evidence"),
    [
        ("none", None, ""),
        ("home deleted", LOST, "segment deleted while recording"),
        ("journal deleted", LOST, "segment deleted while recording"),
        ("file for journal", "a file stands where the journal belongs", "not a directory"),
        ("read-only", READ_ONLY, READ_ONLY_SEEN),
        ("disk full", LOST, DROPPED),
        ("no more files", LOST, DROPPED),
        ("no more memory", LOST, "journal not writable: "),
        ("folder gone", None, ""),
    ],
)
def test_a_misfortune_changes_nothing_and_is_told(
    tmp_path: Path, how: str, misfortune: str, finding: str | None, evidence: str
) -> None:
    plain, recorded = tmp_path / "plain", tmp_path / "recorded"
    for folder in (plain, recorded):
        folder.mkdir()
        project(folder)
    arguments = (".backtrail", misfortune)
    expected = run(*STEADFAST, *arguments, cwd=plain, BACKTRAIL_DISABLED="1")
    around = [*RUN, "--"] if how == "run" else []
    done = run(*around, *STEADFAST, *arguments, cwd=recorded)
    assert (done.stdout, done.stderr) == (expected.stdout, expected.stderr)
    assert done.returncode == expected.returncode == 1
    assert expected.stdout.count(b"\n") == 2
    assert expected.stderr.endswith(b"ValueError: as always\n")

    found = told(recorded)
    if finding is None:
        assert LOST not in found
    else:
        assert evidence in "; ".join(found[finding])
    left = read_back(recorded / ".backtrail", is_whole="delete" not in misfortune)
    numbers = [event.body["attributes"]["number"] for event in left.debugs("step_done")]
    lost = [event.body["count"] for event in left.of_kind("journal.dropped")]
    assert KILLED not in found
    if "delete" in misfortune:
        assert 0 < len(numbers) < ALL
        assert numbers == list(range(ALL - len(numbers), ALL))
    elif misfortune == "file for journal":
        assert (numbers, left.events) == ([], [])
    else:
        assert numbers == list(range(len(numbers)))
        assert (len(numbers) < ALL) == (evidence in {DROPPED, READ_ONLY_SEEN})
    if evidence == DROPPED:
        # Besides entries, the spans and errors among them are lost.
        assert ALL - len(numbers) < sum(lost) < ALL - len(numbers) + 20


def test_a_command_on_a_full_disk_says_so_in_three_lines(home: Path) -> None:
    lines = [process_started(trace_id(1)), *debugs(trace_id(1), 5_000)]
    write_segment(home, process_id(1), lines)
    before = sorted(home.rglob("*"))

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    for command in (["ls"], ["show"], ["index"]):
        done = subprocess.run(
            [*BACKTRAIL, "--dir", str(home), *command],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=full,
        )
        assert (done.returncode, done.stdout) == (3, "")
        assert len(done.stderr.splitlines()) == 2, done.stderr
        message, hint = done.stderr.splitlines()
        assert message.startswith(f"error: {home / 'catalog.db'} cannot be read or written")
        assert hint == "hint: free space on that disk, or check it"
        assert sorted(home.rglob("*")) == before
    assert run(*BACKTRAIL, "--dir", str(home), "show", trace_id(1), cwd=home).returncode == 0
