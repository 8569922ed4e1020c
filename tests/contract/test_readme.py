"""README.md: its commands exist, and CI runs the very same ones."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_readme_gives_exactly_the_two_commands_that_ci_runs() -> None:
    commands = re.findall(r"^\$ (.+)$", README, flags=re.MULTILINE)
    assert commands == ["./dev demo", "./dev test"]
    ci = (ROOT / ".ci" / "run").read_text()
    assert re.findall(r"^\./dev .+$", ci, flags=re.MULTILINE) == commands


def test_every_place_that_the_architecture_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = re.findall(r"`((?:cli|testing|trail|store|record|model|tests)/[\w/.]*)`", text)
    assert len(named) > 10
    folders = (ROOT, ROOT / "src" / "backtrail")
    assert [name for name in named if not any((folder / name).exists() for folder in folders)] == []


def test_every_file_that_a_page_links_to_is_there() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert dead == []
