from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backtrail.cli import diagnosis
from backtrail.cli.diagnosis import Finding
from backtrail.cli.invocation import Invocation


def found(check: Callable[..., Iterator[Finding]], *arguments: object) -> list[str]:
    """Return what a check found, and see that each finding is whole."""
    findings = list(check(*arguments))
    assert all(finding.evidence and finding.do for finding in findings)
    return [finding.what for finding in findings]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A sound `.backtrail`."""
    home = tmp_path / "outer" / "project" / ".backtrail"
    for folder in (home, home / "journal", home / "errors"):
        folder.mkdir(mode=0o700, parents=True)
    return home


def invocation(cwd: Path, **environ: str) -> Invocation:
    return Invocation(cwd=str(cwd), environ={"PATH": os.environ["PATH"], **environ})


def test_a_sound_set_up_has_no_findings(home: Path) -> None:
    around = invocation(home.parent, PATH=str(Path(sys.executable).parent))
    assert found(diagnosis.check_directory, home) == []
    assert found(diagnosis.check_settings, home, around) == []
    assert found(diagnosis.check_nesting, home) == []
    assert found(diagnosis.check_python_path, around) == []
    assert found(diagnosis.check_python, around) == []


def test_a_missing_directory_is_found(tmp_path: Path) -> None:
    assert found(diagnosis.check_directory, tmp_path / "no") == ["nothing has been recorded here"]


def test_a_file_in_place_of_the_directory_is_found(tmp_path: Path) -> None:
    (tmp_path / ".backtrail").write_text("")
    assert found(diagnosis.check_directory, tmp_path / ".backtrail") == [
        ".backtrail is no directory"
    ]


def test_a_directory_that_cannot_be_written_is_found(home: Path) -> None:
    (home / "journal").chmod(0o500)
    assert found(diagnosis.check_directory, home) == [
        "a directory cannot be written, so programs are not recorded"
    ]


def test_a_directory_that_others_may_read_is_found(home: Path) -> None:
    (home / "errors").chmod(0o750)
    assert found(diagnosis.check_directory, home) == [
        "other users of this machine may look into what was recorded"
    ]


def test_a_disk_without_room_is_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "FREE_BYTES_MIN", 0)
    assert found(diagnosis.check_disk, home) == []
    monkeypatch.setattr(diagnosis, "FREE_BYTES_MIN", 1 << 60)
    assert found(diagnosis.check_disk, home / "not" / "there") == [
        "the disk is full, or nearly; recording stops when it is"
    ]


@pytest.mark.parametrize(
    ("environ", "evidence"),
    [
        ({"BACKTRAIL_DISABLED": "1"}, "by BACKTRAIL_DISABLED"),
        ({"BACKTRAIL_ENABLED": "off"}, "by BACKTRAIL_ENABLED"),
    ],
)
def test_recording_that_is_off_is_found_with_what_switched_it_off(
    home: Path, environ: dict[str, str], evidence: str
) -> None:
    (finding,) = diagnosis.check_settings(home, invocation(home, **environ))
    assert finding.what == "recording is switched off"
    assert finding.evidence == evidence
    assert finding.do == f"unset {next(iter(environ))}"


def test_recording_that_a_file_switched_off_is_found(home: Path) -> None:
    (home / "settings.toml").write_text("enabled = false\n")
    (finding,) = diagnosis.check_settings(home, invocation(home))
    assert (finding.evidence, finding.do) == ("by .backtrail/settings.toml", "backtrail dev on")


@pytest.mark.parametrize("environ", [{"BACKTRAIL_MODE": "loud"}, {"BACKTRAIL_DISABLED": "maybe"}])
def test_settings_that_do_not_fit_are_found(home: Path, environ: dict[str, str]) -> None:
    assert found(diagnosis.check_settings, home, invocation(home, **environ)) == [
        "the settings do not fit, so the defaults are used"
    ]


def test_a_project_inside_another_is_found(home: Path) -> None:
    (home.parent.parent / ".backtrail").mkdir()
    (finding,) = diagnosis.check_nesting(home)
    assert finding.level == "note"
    assert str(home.parent.parent / ".backtrail") in finding.evidence


def test_what_stands_in_the_way_on_pythonpath_is_found(home: Path, tmp_path: Path) -> None:
    extra = tmp_path / "extra"
    (extra / "msgspec").mkdir(parents=True)
    (extra / "msgspec" / "__init__.py").write_text("")
    (extra / "sitecustomize.py").write_text("")
    around = invocation(home, PYTHONPATH=f"{extra}{os.pathsep}{os.pathsep}/not/there")
    assert found(diagnosis.check_python_path, around) == [
        "PYTHONPATH holds a sitecustomize of its own; it runs after the recorder's",
        "PYTHONPATH holds another msgspec, which a program would load first",
    ]


def test_our_own_code_on_pythonpath_is_no_finding(home: Path) -> None:
    ours = Path(diagnosis.__file__).parent.parent.parent
    assert found(diagnosis.check_python_path, invocation(home, PYTHONPATH=str(ours))) == []


def fake_python(folder: Path, says: str) -> Invocation:
    folder.mkdir()
    python = folder / "python"
    python.write_text(f"#!/bin/sh\n{says}\n")
    python.chmod(0o755)
    return invocation(folder, PATH=str(folder))


@pytest.mark.parametrize(
    ("says", "what"),
    [
        ("exit 3", ["the `python` on PATH does not start"]),
        ("echo hello", ["the `python` on PATH does not start"]),
        (
            """echo '{"version": [3, 8], "has_msgspec": true}'""",
            ["the `python` on PATH is too old to be recorded"],
        ),
        (
            """echo '{"version": [3, 99], "has_msgspec": false}'""",
            ["the `python` on PATH has no msgspec, so its programs are not recorded"],
        ),
        ("""echo '{"version": [3, 99], "has_msgspec": true}'""", []),
    ],
)
def test_a_python_that_cannot_record_is_found(tmp_path: Path, says: str, what: list[str]) -> None:
    assert found(diagnosis.check_python, fake_python(tmp_path / "bin", says)) == what


def test_another_real_python_is_asked_what_it_has(tmp_path: Path) -> None:
    real = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin") or sys.executable
    around = fake_python(tmp_path / "bin", f'exec "{real}" "$@"')
    assert "the `python` on PATH does not start" not in found(diagnosis.check_python, around)


def test_no_python_at_all_is_no_finding(tmp_path: Path) -> None:
    assert found(diagnosis.check_python, invocation(tmp_path, PATH=str(tmp_path))) == []


def test_a_project_that_is_recorded_further_out_is_a_note(tmp_path: Path) -> None:
    home = tmp_path / ".backtrail"
    home.mkdir(mode=0o700)
    deep = tmp_path / "shop" / "src"
    deep.mkdir(parents=True)

    def noted(**environ: str) -> list[Finding]:
        invocation = Invocation(cwd=str(deep), environ=environ)
        return list(diagnosis.check_reach(home, invocation))

    assert noted() == []
    (tmp_path / "shop" / "pyproject.toml").touch()
    (finding,) = noted()
    assert finding.level == "note"
    assert finding.do == f"mkdir -m 700 {tmp_path}/shop/.backtrail to record it apart"
    assert noted(BACKTRAIL_DIR=str(home)) == []
    (tmp_path / "pyproject.toml").touch()
    assert len(noted()) == 1
