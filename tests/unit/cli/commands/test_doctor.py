from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from inline_snapshot import snapshot

import builders

OURS = str(Path(sys.executable).parent)


def test_a_healthy_store_is_told_in_a_line(call: Any, project: Path) -> None:
    said = call("doctor", PATH=OURS)
    assert said.code == 0
    assert said.out.replace(str(project), "~") == snapshot("""\
note  a part of events was cut
  seen  value not captured, 2 times
  do    nothing: what is left out says so where it was

all is well in ~/.backtrail
""")


def test_a_broken_set_up_is_told_with_evidence_and_what_to_do(call: Any, project: Path) -> None:
    home = project / ".backtrail"
    builders.segment_path(home, builders.process_id(9)).write_bytes(b"hello\n" * 9)
    home.chmod(0o755)
    (home / "journal").chmod(0o700)
    said = call("doctor", PATH=OURS, BACKTRAIL_DISABLED="1")
    assert said.code == 1
    shown = said.out.replace(str(project), "~").replace(builders.process_id(9), "P")
    assert shown == snapshot("""\
problem  other users of this machine may look into what was recorded
  seen  ~/.backtrail has mode 0755, it should be 0700
  do    chmod 700 ~/.backtrail

problem  recording is switched off
  seen  by BACKTRAIL_DISABLED
  do    unset BACKTRAIL_DISABLED

problem  a file in the journal is no journal
  seen  ~/.backtrail/journal/P.0001.jsonl: P.0001.jsonl does not begin with a journal header
  do    it is no journal; delete it if you know it is not needed

note  a part of events was cut
  seen  value not captured, 2 times
  do    nothing: what is left out says so where it was

3 problems in ~/.backtrail
""")


def test_json_holds_the_same_findings_and_exit_code(call: Any, project: Path) -> None:
    healthy = call("doctor", "--json", PATH=OURS)
    assert (healthy.code, healthy.json["is_healthy"]) == (0, True)
    (project / ".backtrail" / "catalog.db").write_bytes(b"no catalogue" * 999)
    broken = call("doctor", "--json", PATH=OURS)
    assert (broken.code, broken.json["is_healthy"]) == (1, False)
    assert [finding["level"] for finding in broken.json["findings"]] == ["problem"]


def test_a_folder_without_a_store_is_a_problem(call: Any) -> None:
    said = call("doctor", PATH=OURS)
    assert said.code == 1
    assert "nothing has been recorded here" in said.out


def test_settings_that_do_not_fit_do_not_stop_the_doctor(call: Any, project: Path) -> None:
    assert project.exists()
    said = call("doctor", PATH=OURS, BACKTRAIL_MODE="loud")
    assert said.code == 1
    assert "BACKTRAIL_MODE sets mode to 'loud'" in said.out


def test_an_argument_is_a_usage_error(call: Any) -> None:
    assert call("doctor", "please").code == 2
