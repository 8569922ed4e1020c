"""`backtrail dev`: what is recorded in this checkout."""

from __future__ import annotations

import os
import re

import click

from backtrail.cli.commands.config import Setting, settings_in_force, value_word
from backtrail.cli.files.whole import whole_file
from backtrail.cli.invocation import Invocation
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json, tone
from backtrail.record.settings import find_home

SETTINGS_FILE = "settings.toml"
SHOWN = ("enabled", "mode", "session", "dogfood", "hang_after_s", "slow_ms", "strict")
"""The settings that decide what is recorded."""
_HEAD = "# What `backtrail dev` decided for this checkout.\n"


@click.group(
    epilog=example("$ backtrail dev off", "recording is off in this checkout"),
)
def dev() -> None:
    """Say what is recorded in this checkout."""


@dev.command()
@json_option
@click.pass_obj
def on(invocation: Invocation, *, as_json: bool) -> None:
    """Record the programs of this checkout."""
    _switch(invocation, "enabled", is_on=True, as_json=as_json)


@dev.command()
@json_option
@click.pass_obj
def off(invocation: Invocation, *, as_json: bool) -> None:
    """Record nothing in this checkout."""
    _switch(invocation, "enabled", is_on=False, as_json=as_json)


@dev.command()
@click.argument("state", type=click.Choice(["on", "off"]), default="on")
@json_option
@click.pass_obj
def dogfood(invocation: Invocation, state: str, *, as_json: bool) -> None:
    """Record Backtrail's own commands too, in the session `dogfood`."""
    _switch(invocation, "dogfood", is_on=state == "on", as_json=as_json)


@dev.command()
@json_option
@click.pass_obj
def status(invocation: Invocation, *, as_json: bool) -> None:
    """Print what is recorded, and where each value comes from."""
    home = find_home(invocation.cwd, invocation.environ)
    settings = [one for one in settings_in_force(invocation, home) if one.name in SHOWN]
    if as_json:
        emit_json(_answer(home, settings))
        return
    enabled = settings[0]
    state = "on" if enabled.value else "off"
    click.echo(
        f"recording is {tone(state, 'good' if enabled.value else 'warn')} ({enabled.source})"
    )
    exists = "" if os.path.isdir(home) else " (made by the first recording)"  # noqa: PTH112
    click.echo(f"  {'home':<14} {home}{exists}")
    for setting in settings[1:]:
        source = tone(f"({setting.source})", "quiet")
        click.echo(f"  {setting.name:<14} {value_word(setting.value)}  {source}")


def _switch(invocation: Invocation, name: str, *, is_on: bool, as_json: bool) -> None:
    """Write one switch; say so where something stronger decides otherwise."""
    home = find_home(invocation.cwd, invocation.environ)
    write_switch(home, name, is_on=is_on)
    settings = [one for one in settings_in_force(invocation, home) if one.name in SHOWN]
    if as_json:
        emit_json(_answer(home, settings))
        return
    subject = "recording" if name == "enabled" else "recording of Backtrail's own commands"
    click.echo(f"{subject} is {'on' if is_on else 'off'} in this checkout")
    in_force = next(setting for setting in settings if setting.name == name)
    if in_force.value != is_on:
        note = f"but {in_force.source} says {value_word(in_force.value)}, and is stronger"
        click.echo(tone(note, "warn"))


def write_switch(home: str, name: str, *, is_on: bool) -> None:
    """Set one switch in `settings.toml`, whole or not at all; other lines stay as they are."""
    os.makedirs(home, mode=0o700, exist_ok=True)  # noqa: PTH103
    path = os.path.join(home, SETTINGS_FILE)  # noqa: PTH118
    try:
        with open(path, encoding="utf-8") as source:  # noqa: PTH123
            text = source.read()
    except FileNotFoundError:
        text = _HEAD
    line = f"{name} = {'true' if is_on else 'false'}"
    known = re.compile(rf"^[ \t]*{name}[ \t]*=.*$", re.MULTILINE)
    text = known.sub(line, text) if known.search(text) else f"{text.rstrip()}\n{line}\n"
    with whole_file(path) as target:
        target.write(text.encode())


def _answer(home: str, settings: list[Setting]) -> dict[str, object]:
    return {
        "home": home,
        "is_recording": settings[0].value,
        "settings": {one.name: {"value": one.value, "source": one.source} for one in settings},
    }
