from __future__ import annotations

from pathlib import Path
from typing import Any


def test_a_project_is_made_and_listed_with_its_folder(call: Any, tmp_path: Path) -> None:
    home = tmp_path / ".backtrail"
    assert call("projects", "create", "kiln").out == f"project kiln: {home}/projects/kiln\n"
    listed = call("projects", "list", "--json").json["projects"]
    assert [(one["name"], one["home"]) for one in listed] == [
        ("default", str(home)),
        ("kiln", f"{home}/projects/kiln"),
    ]
    assert "kiln" in call("projects", "list").out


def test_a_name_is_taken_once_and_leads_nowhere_else(call: Any) -> None:
    assert call("projects", "create", "kiln", "--json").json["name"] == "kiln"
    assert call("projects", "create", "kiln").code == 5
    assert call("projects", "create", "default").code == 5
    assert call("projects", "create", "../kiln").code == 2
