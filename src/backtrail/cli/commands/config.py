"""`backtrail config`: each setting, its value, and where that came from."""

from __future__ import annotations

import click
from msgspec import Struct

from backtrail.cli.invocation import Invocation
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json, table, tone
from backtrail.model.errors import UsageError
from backtrail.model.settings import ABOUT, DEFAULTS, Value, shown
from backtrail.record.settings import find_home, read_settings


class Setting(Struct, frozen=True, kw_only=True):
    """One setting as it is in force."""

    name: str
    value: Value
    source: str
    """`default`, a variable's name, or a file."""
    default: Value
    about: str


@click.command(
    epilog=example("$ backtrail config mode", "full  (default)", "`full` writes every event; …")
)
@click.argument("name", required=False)
@json_option
@click.pass_obj
def config(invocation: Invocation, name: str | None, *, as_json: bool) -> None:
    """Print each setting and where its value came from.

    With NAME, only that one. Strongest first, a value comes from an argument of
    `backtrail.start`, a BACKTRAIL_* variable, .backtrail/settings.toml (which `backtrail dev`
    writes), backtrail.toml, [tool.backtrail] in pyproject.toml, or it is the default.
    """
    home = find_home(invocation.cwd, invocation.environ)
    settings = settings_in_force(invocation, home)
    if name is not None:
        settings = [setting for setting in settings if setting.name == name]
        if not settings:
            raise UsageError(
                f"there is no setting {name!r}", hint="`backtrail config` lists the settings"
            )
    if as_json:
        emit_json({"home": home, "settings": settings})
    elif name is not None:
        click.echo(f"{value_word(settings[0].value)}  {tone(f'({settings[0].source})', 'quiet')}")
        click.echo(tone(settings[0].about, "quiet"))
    else:
        _print(home, settings, invocation.width)


def settings_in_force(invocation: Invocation, home: str) -> list[Setting]:
    """Return every setting with its value and source.

    Raises:
        UsageError: a source sets something unknown, or a value that does not fit.
    """
    settings, sources = read_settings(home, invocation.environ)
    return [
        Setting(
            name=name,
            value=shown(getattr(settings, name)),
            source=sources[name],
            default=getattr(DEFAULTS, name),
            about=about,
        )
        for name, about in ABOUT.items()
    ]


def value_word(value: Value) -> str:
    """Write a value as a person would in a settings file."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "unset" if value is None else str(value)


def _print(home: str, settings: list[Setting], width: int) -> None:
    click.echo(f"home  {home}\n")
    rows = [[setting.name, value_word(setting.value), setting.source] for setting in settings]
    lines = table(rows, heads=["setting", "value", "from"], width=width, right=frozenset())
    click.echo("\n".join(lines))
    click.echo("\nbacktrail config NAME says what a setting does.")
