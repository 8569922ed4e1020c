"""A group of commands whose modules are imported only when one of them is asked for.

Start-up is what people feel of a command line, and `--help` should not pay for SQLite.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import click


class CommandNotFound(click.UsageError):
    """There is no command of that name."""

    def __init__(self, name: str, known: Sequence[str], ctx: click.Context) -> None:
        # Loaded only for this message; the common case does not pay for it.
        difflib = importlib.import_module("difflib")
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        super().__init__(f"there is no command {name!r}", ctx)
        self.hint = (
            f"did you mean `backtrail {near[0]}`?" if near else "`backtrail --help` lists them"
        )


class LazyGroup(click.Group):
    """Lists its commands from a table, and imports one when it runs or shows its own help."""

    sections: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType({})
    """Heading -> command name -> (`module:attribute`, short help)."""

    @property
    def targets(self) -> dict[str, str]:
        """Where each command is, by its name, in the order of the help page."""
        return {
            name: target
            for rows in self.sections.values()
            for name, (target, _help) in rows.items()
        }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in the order of the help page."""
        return list(self.targets)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command by its name."""
        target = self.targets.get(cmd_name)
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command), target
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command to run; an unknown one is answered with the nearest."""
        if args[0] not in self.targets and not ctx.resilient_parsing:
            raise CommandNotFound(args[0], self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the help page's sections without importing any command."""
        for heading, rows in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name, text) for name, (_target, text) in rows.items()])
