from __future__ import annotations

import click
import pytest

from backtrail.cli.lazy import CommandNotFound, LazyGroup
from backtrail.cli.main import SECTIONS, cli

COMMANDS = [(name, text) for rows in SECTIONS.values() for name, (_target, text) in rows.items()]


@pytest.mark.parametrize(("name", "text"), COMMANDS)
def test_the_help_page_says_of_a_command_what_its_own_page_begins_with(
    name: str, text: str
) -> None:
    context = click.Context(cli)
    command = cli.get_command(context, name)
    assert command is not None
    assert command.name == name
    sentence = " ".join((command.help or "").split("\n\n")[0].split())
    assert sentence == text


def test_an_unknown_name_is_no_command() -> None:
    assert cli.get_command(click.Context(cli), "nope") is None


def test_the_nearest_command_is_offered() -> None:
    context = click.Context(cli)
    assert CommandNotFound("exprot", ["export", "ls"], context).hint == (
        "did you mean `backtrail export`?"
    )
    assert CommandNotFound("zzz", ["export", "ls"], context).hint == (
        "`backtrail --help` lists them"
    )


def test_a_listed_command_is_imported_only_when_it_is_asked_for() -> None:
    group = LazyGroup("x")
    group.sections = {"Look": {"gone": ("no.such.module:gone", "Is not there.")}}
    context = click.Context(group)
    assert group.list_commands(context) == ["gone"]
    assert "Is not there." in group.get_help(context)
    with pytest.raises(ModuleNotFoundError):
        group.get_command(context, "gone")
