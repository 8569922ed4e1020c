"""Options and arguments that several commands share, and how their texts are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from backtrail.cli.invocation import Invocation
from backtrail.model.times import seconds_of, time_of

Command = TypeVar("Command", bound=Callable[..., Any])

_BYTES = {
    "b": 1, "k": 1 << 10, "kb": 10**3, "kib": 1 << 10, "m": 1 << 20, "mb": 10**6, "mib": 1 << 20,
    "g": 1 << 30, "gb": 10**9, "gib": 1 << 30,
}  # fmt: skip
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)\Z")


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.2 on
    """A length of time such as `250ms`, `2s` or `1h`; gives seconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it."""
        if isinstance(value, float):
            return value
        seconds = seconds_of(str(value))
        if seconds is None:
            self.fail(f"{value!r} is no duration such as 250ms, 2s, 5min, 1h or 30d", param, ctx)
        return seconds


class Size(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.2 on
    """A number of bytes such as `500MB` or `2GiB`."""

    name = "size"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read it."""
        if isinstance(value, int):
            return value
        size = _quantity(str(value), _BYTES)
        if size is None:
            self.fail(f"{value!r} is no size such as 500MB or 2GiB", param, ctx)
        return int(size)


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.2 on
    """A time such as `2h` (ago), `2026-11-21` or `2026-11-21T10:00`; gives Unix nanoseconds.

    A time without a zone is one of this machine's own.
    """

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read it."""
        if isinstance(value, int):
            return value
        assert ctx is not None
        invocation = ctx.find_object(Invocation)
        assert invocation is not None
        text = str(value).strip()
        found = time_of(text, now_unix_ns=invocation.clock.time_unix_ns())
        if found is None:
            self.fail(
                f"{text!r} is no time such as 2h (ago), 2026-11-21 or 2026-11-21T10:00", param, ctx
            )
        return found


DURATION, SIZE, MOMENT = Duration(), Size(), Moment()


def json_option(command: Command) -> Command:
    """Add `--json`: the same content as one JSON document, and nothing else."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")(command)


def example(*lines: str) -> str:
    """Write the end of a help page: an example whose lines are kept as they are."""
    return "\n".join(("\b", "Example:", *(f"  {line}" for line in lines)))


def _quantity(text: str, units: dict[str, int]) -> float | None:
    match = _QUANTITY.match(text.strip().lower())
    if match is None:
        return None
    number, unit = match.groups()
    if not unit:
        return float(number)
    return float(number) * units[unit] if unit in units else None
