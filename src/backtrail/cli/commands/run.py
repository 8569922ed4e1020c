"""`backtrail run`: records a program without changing it.

The program gets the arguments, the terminal and the signals that we get, and we end as it does.
All that is added is a few variables in its environment; see `record.attach.inherit`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.options import DURATION, example
from backtrail.cli.program.command import command_line
from backtrail.cli.program.process import Ending, Program, die_of
from backtrail.cli.program.recording import Order, Recording
from backtrail.model.clock import NS_PER_S, Clock
from backtrail.model.errors import CannotRunError, ExitCode, NotFoundError
from backtrail.model.limits.reading import HANG_LOOK_S, HANG_RECORD_S_MAX
from backtrail.model.settings import MODES
from backtrail.record.attach import inherit
from backtrail.record.settings import PREFIX, find_home, read_settings

TIMED_OUT = 124
"""Exit code of a program that `--timeout` ended, as timeout(1) has it."""


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    options_metavar="[OPTIONS] [--]",
    epilog=example(
        "$ backtrail run -- python app.py --port 80",
        "$ backtrail run app.py",
        "$ backtrail run -m package.module",
        "$ backtrail run -- pytest -x",
        "$ backtrail run --timeout 30s -- python stuck.py",
        "$ backtrail run --locks -- python workers.py",
    ),
)
@click.option("--timeout", type=DURATION, help="End the program after this long, as a hang.")
@click.option("--name", help="Name the trace; otherwise the command is its name.")
@click.option("--session", help="Put the trace into this session.")
@click.option("--mode", type=click.Choice(MODES), help="Write everything, or only what matters.")
@click.option("--hang-after", type=DURATION, help="Record all stacks after this long in silence.")
@click.option("--locks", is_flag=True, help="Watch the program's own locks, and find deadlocks.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def run(
    invocation: Invocation,
    command: tuple[str, ...],
    *,
    timeout: float | None,
    name: str | None,
    session: str | None,
    mode: str | None,
    hang_after: float | None,
    locks: bool,
) -> int:
    """Record what a program does, without changing it.

    COMMAND is what you would type without us. Its output, its exit code and the signals it gets
    are its own; a program that --timeout ended gives exit code 124.
    """
    chosen = {"session": session, "mode": mode, "hang_after_s": hang_after}
    arguments: dict[str, object] = {
        setting: value for setting, value in chosen.items() if value is not None
    }
    directory = invocation.environ.get("BACKTRAIL_DIR")
    environ = inherit.stripped(os.environ)
    home = find_home(invocation.cwd, {"BACKTRAIL_DIR": directory} if directory else environ)
    settings, _ = read_settings(home, environ, arguments)
    if locks:
        arguments["watch"] = ",".join(dict.fromkeys((*settings.watch, "locks")))
    order = Order(
        command=command_line(command, environ),
        home=home,
        cwd=invocation.cwd,
        name=name,
        session=settings.session,
        timeout_s=timeout,
        is_on=settings.enabled,
        settings={PREFIX + setting.upper(): str(value) for setting, value in arguments.items()},
    )
    return _through(order, environ, invocation.clock)


def _through(order: Order, environ: Mapping[str, str], clock: Clock) -> int:
    """Run a program from its start to its end, and return its exit code."""
    recording = Recording(order, clock)
    program = Program(mark=recording.mark, may_end=recording.deadline_ns is not None)
    _start(program, order.command, recording.environ(environ))
    recording.started()
    ending, is_timed_out = program.wait(recording.deadline_ns), False
    if ending is None:
        ending, is_timed_out = _end_hung(program, recording, clock)
    recording.ended(ending, is_timed_out=is_timed_out)
    program.release()
    exit_code = TIMED_OUT if is_timed_out else ending.exit_code
    if sys.stderr.isatty():
        _tell(order, recording, is_failure=exit_code != ExitCode.OK)
    if exit_code is None:
        assert ending.signal is not None
        die_of(ending.signal)
    return exit_code or ExitCode.OK


def _tell(order: Order, recording: Recording, *, is_failure: bool) -> None:
    """Say to a person what to do next; a pipe gets nothing that is not the program's."""
    if not order.is_on:
        click.echo("backtrail: not recorded, since recording is off · backtrail dev on", err=True)
    elif is_failure:
        click.echo(f"backtrail: recorded as {recording.trace_id} · backtrail show latest", err=True)


def _start(program: Program, command: list[str], environ: dict[str, str]) -> None:
    try:
        program.start(command, environ)
    except FileNotFoundError as error:
        raise NotFoundError(
            f"there is no command {command[0]!r}", hint="check its name, or give its path"
        ) from error
    except OSError as error:
        raise CannotRunError(
            f"{command[0]!r} cannot be run: {os.strerror(error.errno or 0).lower()}",
            hint="is it a program, and may you execute it?",
        ) from error


def _end_hung(program: Program, recording: Recording, clock: Clock) -> tuple[Ending, bool]:
    """End a program whose time is over, once it has recorded where it hangs.

    Returns:
        How it ended, and whether that was our doing: it may still end by itself.
    """
    until_ns = clock.monotonic_ns() + int(HANG_RECORD_S_MAX * NS_PER_S)
    while not recording.has_hang(program.pid) and clock.monotonic_ns() < until_ns:
        ending = program.wait(clock.monotonic_ns() + int(HANG_LOOK_S * NS_PER_S))
        if ending is not None:
            return ending, False
    if not recording.has_hang(None):
        recording.hung()
    return program.end(), True
