from __future__ import annotations

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from backtrail.cli.assistant.assistants import ASSISTANTS
from running import run

FILES = {name: assistant.project_file for name, assistant in ASSISTANTS.items()}


@pytest.fixture(autouse=True)
def marked(tmp_path: Path) -> None:
    """Make the folder a project."""
    (tmp_path / "pyproject.toml").touch()


def servers(path: Path) -> Any:
    text = path.read_text()
    if path.suffix == ".toml":
        return tomllib.loads(text)["mcp_servers"]
    return json.loads(text)["mcpServers"]


@pytest.mark.parametrize("name", list(FILES))
def test_an_assistant_is_connected_and_disconnected(call: Any, tmp_path: Path, name: str) -> None:
    path = tmp_path / FILES[name]
    said = call("hook", name)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0].endswith(f"starts `backtrail mcp`: {path}")
    assert said.out.splitlines()[1].startswith("next: ")
    assert servers(path)["backtrail"]["args"][-1] == "mcp"
    before = path.stat()
    again = call("hook", name)
    assert again.out == f"{path} is as it should be\n"
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    removed = call("hook", name, "--remove")
    assert "is no longer connected" in removed.out
    assert not path.exists()
    assert call("hook", name, "--remove").out == f"{path} has no such entry\n"


def test_the_command_is_one_that_can_be_started(call: Any, tmp_path: Path) -> None:
    call("hook", "claude-code", PATH=os.environ["PATH"])
    command = servers(tmp_path / ".mcp.json")["backtrail"]["command"]
    assert command == str(Path(sys.executable).with_name("backtrail"))
    call("hook", "claude-code", "--command", "bt")
    assert servers(tmp_path / ".mcp.json")["backtrail"]["command"] == "bt"


def test_other_entries_and_permissions_are_kept(call: Any, tmp_path: Path) -> None:
    path = tmp_path / ".mcp.json"
    path.write_text('{"mcpServers": {"other": {"url": "http://x"}}}')
    path.chmod(0o640)
    call("hook", "claude-code")
    assert set(servers(path)) == {"other", "backtrail"}
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


def test_print_shows_the_file_and_writes_nothing(call: Any, tmp_path: Path) -> None:
    said = call("hook", "codex", "--print")
    assert tomllib.loads(said.out)["mcp_servers"]["backtrail"]["args"] == ["mcp"]
    assert not (tmp_path / ".codex").exists()
    shown = call("hook", "codex", "--print", "--json").json
    assert (shown["is_changed"], shown["is_written"]) == (True, False)
    assert shown["content"] == said.out


@pytest.mark.parametrize(("name", "text"), [("cursor", '{"a": 1,}'), ("codex", "a = = 1\n")])
def test_a_broken_file_is_left_alone(call: Any, tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / FILES[name]
    path.parent.mkdir()
    path.write_text(text)
    said = call("hook", name)
    assert said.code == 2
    assert f"error: {path}, line 1 is not" in said.err
    assert "hint: mend it by hand first" in said.err
    assert path.read_text() == text


def test_a_file_that_is_no_text_is_left_alone(call: Any, tmp_path: Path) -> None:
    (tmp_path / ".mcp.json").write_bytes(b"{}\n\xff")
    said = call("hook", "claude-code")
    assert (said.code, "line 2 is not UTF-8" in said.err) == (2, True)
    (tmp_path / ".mcp.json").unlink()
    (tmp_path / ".mcp.json").mkdir()
    said = call("hook", "claude-code")
    assert (said.code, "cannot be read: Is a directory" in said.err) == (3, True)


def test_no_link_leads_out_of_the_project(
    call: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (tmp_path / ".cursor").symlink_to(elsewhere)
    (tmp_path / ".mcp.json").symlink_to(elsewhere / "mcp.json")
    for name in ("cursor", "claude-code"):
        said = call("hook", name)
        assert said.code == 5
        assert "leads out of" in said.err
    assert list(elsewhere.iterdir()) == []


def test_a_link_inside_of_the_project_is_followed(call: Any, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "mcp.json").write_text("{}")
    (tmp_path / ".mcp.json").symlink_to("config/mcp.json")
    call("hook", "claude-code")
    assert (tmp_path / ".mcp.json").is_symlink()
    assert "backtrail" in servers(tmp_path / "config" / "mcp.json")


@pytest.mark.parametrize("name", list(FILES))
def test_for_all_projects_the_home_folder_is_written(
    call: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    home = tmp_path_factory.mktemp("home")
    said = call("hook", name, "--user", HOME=str(home))
    assert said.code == 0
    assert "backtrail" in servers(home / ASSISTANTS[name].user_file)
    assert not (tmp_path / FILES[name]).exists()


def test_another_project_may_be_named(call: Any, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert call("hook", "claude-code", "--dir", "other").code == 0
    assert "backtrail" in servers(tmp_path / "other" / ".mcp.json")
    assert call("hook", "claude-code", "--dir", "nowhere").code == 4
    assert call("hook", "claude-code", "--dir", "other", "--user").code == 2
    assert call("hook", "claude-code", "--user").code == 4


def test_the_root_of_the_project_is_written_wherever_one_stands(call: Any, tmp_path: Path) -> None:
    (tmp_path / "deep" / "down").mkdir(parents=True)
    call("hook", "claude-code", cwd=tmp_path / "deep" / "down")
    assert (tmp_path / ".mcp.json").exists()


def test_without_the_extra_it_says_what_to_install_first(tmp_path: Path) -> None:
    """The SDK is hidden from this one process, as in an installation without the extra."""
    hide = (
        "import sys; sys.modules['mcp'] = None; sys.argv[1:] = ['hook', 'cursor']; "
        "from backtrail.cli.main import main; main()"
    )
    done = run(sys.executable, "-c", hide, cwd=tmp_path)
    assert done.returncode == 0
    assert b'first: pip install "backtrail[mcp]"' in done.stdout


def test_an_unknown_assistant_is_answered_with_the_known_ones(call: Any) -> None:
    said = call("hook", "clippy")
    assert said.code == 2
    assert "'claude-code', 'codex', 'cursor'" in said.err
