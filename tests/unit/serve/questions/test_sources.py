from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec import structs

import builders
from backtrail.model.errors import BacktrailError, NotFoundError, RefusedError
from backtrail.serve.opening import Project
from backtrail.serve.questions.sources import GetSource, get_source

TRACE = builders.trace_id(7)
TEXT = "".join(f"line_{number} = {number}\n" for number in range(1, 101))


def named(
    project: Project, file: str | Path, *, line: int = 50, is_app: bool = True, process: int = 7
) -> None:
    """Record a failure in a file."""
    frame = {"file": str(file), "line": line, "function": "f", "qualified": "f", "is_app": is_app}
    body = builders.error_body("0190b6a3000070009000000000000f07", frames=[frame])
    event = builders.line("error.raised", TRACE, t=1, **body)
    builders.write_segment(project.home, builders.process_id(process), [event])


def source(project: Project, text: str = TEXT, name: str = "kiln.py") -> Path:
    path = project.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    named(project, path)
    return path


def refused(project: Project, file: str | Path, line: int = 1) -> BacktrailError:
    with pytest.raises(BacktrailError) as caught:
        get_source(project, GetSource(file=str(file), line=line))
    return caught.value


def test_the_lines_around_a_recorded_place_are_shown(project: Project) -> None:
    path = source(project)
    answer = get_source(project, GetSource(file=str(path), line=50, context=1))
    assert answer.text == "  49 line_49 = 49\n> 50 line_50 = 50\n  51 line_51 = 51"
    assert (answer.first_line, answer.last_line, answer.line_count) == (49, 51, 100)
    assert answer.note is None


@pytest.mark.parametrize("file", ["kiln.py", "./kiln.py", "pots/kiln.py"])
def test_a_file_may_be_named_as_answers_name_it(project: Project, file: str) -> None:
    path = source(project, name="pots/kiln.py")
    assert get_source(project, GetSource(file=file, line=1)).file == str(path)


def test_a_literal_under_a_secret_name_is_not_shown(project: Project) -> None:
    word = "plain" + "sailor" + "words"
    source(project, f"kiln = 1\npassword = '{word}'\n")
    answer = get_source(project, GetSource(file="kiln.py", line=2))
    assert word not in answer.text
    assert "> 2 password = " in answer.text


@pytest.mark.parametrize(
    "line",
    ["PIN = 7391{}", "pin: int = 7391{}", "open(pin=7391{})", "{{'pin': 7391{}}}", "pin == 7391{}"],
)
def test_a_number_under_a_secret_name_is_not_shown(project: Project, line: str) -> None:
    source(project, f"cone = 7391\n{line.format('46')}\n")
    text = get_source(project, GetSource(file="kiln.py", line=1)).text
    assert "739146" not in text
    assert "cone = 7391" in text
    assert "[redacted]" in text


def test_a_file_that_no_recording_names_is_not_shown(project: Project) -> None:
    source(project)
    other = project.folder / "other.py"
    other.write_text("x = 1\n")
    assert isinstance(refused(project, other), NotFoundError)
    assert isinstance(refused(project, "/etc/hostname"), NotFoundError)
    assert isinstance(refused(project, "iln.py"), NotFoundError)


@pytest.mark.parametrize("file", ["../kiln.py", "pots/../kiln.py", "/app/../etc/hostname"])
def test_a_path_that_leads_upwards_is_refused(project: Project, file: str) -> None:
    source(project)
    assert "leads out of its folder" in refused(project, file).message


def test_a_link_is_refused(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "other.py"
    elsewhere.write_text("other = 1\n")
    link = project.folder / "kiln.py"
    link.symlink_to(elsewhere)
    named(project, link)
    assert isinstance(refused(project, link), RefusedError)
    inside = project.folder / "real.py"
    inside.write_text("real = 1\n")
    link.unlink()
    link.symlink_to(inside)
    assert isinstance(refused(project, link), RefusedError)


def test_a_folder_that_became_a_link_out_of_the_project_is_refused(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "kiln.py").write_text("other = 1\n")
    (project.folder / "pots").symlink_to(elsewhere)
    named(project, project.folder / "pots" / "kiln.py")
    assert isinstance(refused(project, "kiln.py"), RefusedError)


def test_code_of_a_library_elsewhere_is_refused(project: Project) -> None:
    named(project, os.__file__, is_app=False)
    assert "is code of a library" in refused(project, os.__file__).message


def test_the_users_own_code_elsewhere_is_shown(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("elsewhere") / "job.py"
    path.write_text("job = 1\n")
    named(project, path, line=1)
    assert get_source(project, GetSource(file=str(path), line=1)).text == "> 1 job = 1"


def test_what_is_no_python_is_refused(project: Project) -> None:
    env = project.folder / "settings.env"
    env.write_text("a=1\n")
    named(project, env)
    assert "is no Python source" in refused(project, env).message
    script = project.folder / "tool"
    script.write_text("#!/usr/bin/env python3\nx = 1\n")
    named(project, script, process=8)
    assert "x = 1" in get_source(project, GetSource(file="tool", line=2)).text
    script.write_text("a=1\n")
    assert "is no Python source" in refused(project, script).message


def test_a_device_or_a_pipe_is_not_read(project: Project) -> None:
    pipe = project.folder / "kiln.py"
    os.mkfifo(pipe)
    named(project, pipe)
    assert isinstance(refused(project, pipe), RefusedError)


def test_a_file_that_is_gone_or_shorter_is_not_found(project: Project) -> None:
    path = source(project, "one = 1\n")
    assert "has 1 lines, not 50" in refused(project, path, line=50).message
    path.unlink()
    assert "cannot be read" in refused(project, path).message


def test_a_name_of_several_files_is_answered_with_them(project: Project) -> None:
    frames = [
        {"file": f"/app/{name}/kiln.py", "line": 1, "function": "f", "qualified": "f"}
        for name in ("a", "b")
    ]
    body = builders.error_body("0190b6a3000070009000000000000f07", frames=frames)
    event = builders.line("error.raised", TRACE, t=1, **body)
    builders.write_segment(project.home, builders.process_id(7), [event])
    assert refused(project, "kiln.py").hint == "name one: /app/a/kiln.py, /app/b/kiln.py"


def test_a_file_that_has_changed_says_so(project: Project) -> None:
    path = source(project)
    place = {"file": str(path), "line": 3, "function": "f", "code": "line_3 = 'three'"}
    event = builders.line("environment.read", TRACE, t=1, name="A", caller=place)
    builders.write_segment(project.home, builders.process_id(7), [event])
    note = get_source(project, GetSource(file="kiln.py", line=3)).note
    assert note == "the file has changed since it was recorded: line 3 was `line_3 = 'three'`"


def test_more_context_than_there_is_room_for_is_cut(project: Project) -> None:
    source(project, "".join(f"x{number} = '{'y' * 400}'\n" for number in range(400)))
    answer = get_source(project, GetSource(file="kiln.py", line=200, context=190))
    assert len(answer.text) <= 16_000
    assert "> 200 " in answer.text
    assert answer.note is not None


def test_a_source_of_another_encoding_is_read(project: Project) -> None:
    path = source(project)
    path.write_bytes("# coding: latin-1\nname = 'Zoë'\n".encode("latin-1"))
    assert "name = 'Zo" in get_source(project, GetSource(file="kiln.py", line=2)).text
    path.write_bytes(b"# coding: no-such-thing\nname = 1\n")
    assert "name = 1" in get_source(project, GetSource(file="kiln.py", line=2)).text


def test_where_others_send_recordings_no_file_of_the_server_is_shown(project: Project) -> None:
    path = source(project)
    sent = structs.replace(project, has_sources=False)
    error = refused(sent, path)
    assert isinstance(error, RefusedError)
    assert error.message == "source files are not shown here"
