"""The entry point: finds the command, and turns what goes wrong into words and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from backtrail.cli.dogfood import recorded
from backtrail.cli.invocation import Invocation
from backtrail.cli.lazy import LazyGroup
from backtrail.model.errors import BacktrailError, ExitCode
from backtrail.model.version import __version__

SECTIONS = {
    "Record": {
        "run": (
            "backtrail.cli.commands.run:run",
            "Record what a program does, without changing it.",
        ),
        "dev": ("backtrail.cli.commands.dev:dev", "Say what is recorded in this checkout."),
    },
    "Look": {
        "ls": ("backtrail.cli.commands.ls:ls", "List traces, the latest first."),
        "show": (
            "backtrail.cli.commands.show:show",
            "Tell the story of a trace: its error, where it was, what came before.",
        ),
        "why": (
            "backtrail.cli.commands.cause.why:why",
            "Name the likely causes of a failure, best first, each with its evidence.",
        ),
        "errors": (
            "backtrail.cli.commands.errors:errors",
            "List errors, the latest first, or show one.",
        ),
        "tail": (
            "backtrail.cli.commands.tail:tail",
            "Follow the events of running programs, until Ctrl-C.",
        ),
        "perf": (
            "backtrail.cli.commands.views.perf:perf",
            "Show where the time went: in one trace, or by name over the last ones.",
        ),
        "llm": (
            "backtrail.cli.commands.views.llm:llm",
            "List the calls to models in a trace, or show one with all that was said.",
        ),
        "state": (
            "backtrail.cli.commands.views.state:state",
            "List how the state of a program changed in a trace, or show one change.",
        ),
        "locks": (
            "backtrail.cli.commands.views.locks:locks",
            "Show the locks of a trace: waits, holds, conflicting orders, deadlocks.",
        ),
        "diff": (
            "backtrail.cli.commands.views.diff:diff",
            "Compare two traces: where they part, what differs, what takes longer.",
        ),
    },
    "Assist": {
        "bundle": (
            "backtrail.cli.commands.assist.bundle:bundle",
            "Write one bounded page about a failure, the most useful first.",
        ),
        "hook": (
            "backtrail.cli.commands.assist.hook:hook",
            "Write the configuration that connects an assistant to `backtrail mcp`.",
        ),
        "mcp": (
            "backtrail.cli.commands.assist.mcp:mcp",
            "Answer an assistant's questions about what was recorded.",
        ),
        "serve": (
            "backtrail.cli.commands.assist.serve:serve",
            "Show the recordings in a browser, and answer tools over HTTP.",
        ),
    },
    "Share": {
        "users": (
            "backtrail.cli.commands.accounts.users:users",
            "Say who may sign in at the server of this folder.",
        ),
        "keys": (
            "backtrail.cli.commands.accounts.keys:keys",
            "Say which programs are known to the server of this folder.",
        ),
        "projects": (
            "backtrail.cli.commands.accounts.projects:projects",
            "Keep the recordings of several projects apart in one server.",
        ),
    },
    "Keep": {
        "send": (
            "backtrail.cli.commands.ship.send:send",
            "Bring the recordings of this machine to a server.",
        ),
        "export": (
            "backtrail.cli.commands.export:export",
            "Write events as JSON Lines, in the order of time.",
        ),
        "pin": ("backtrail.cli.commands.pin:pin", "Keep a trace from being removed by `gc`."),
        "unpin": (
            "backtrail.cli.commands.pin:unpin",
            "Let a pinned trace be removed by `gc` again.",
        ),
        "gc": (
            "backtrail.cli.commands.gc:gc",
            "Remove old traces, but none that is pinned or still being recorded.",
        ),
        "index": ("backtrail.cli.commands.index:index", "Bring the catalogue up to the journal."),
        "migrate": (
            "backtrail.cli.commands.moving.migrate:migrate",
            "Copy the catalogue to another engine, check the copy, and say what to set.",
        ),
    },
    "Set-up": {
        "config": (
            "backtrail.cli.commands.config:config",
            "Print each setting and where its value came from.",
        ),
        "doctor": (
            "backtrail.cli.commands.doctor:doctor",
            "Find what is broken in the set-up, and say what to do about it.",
        ),
        "eval": (
            "backtrail.cli.commands.cause.eval:evaluate",
            "Measure how well Backtrail does, on examples whose answers are known.",
        ),
    },
}
"""Heading -> command -> where it is, and the first sentence of its own page."""

EPILOG = """\b
Begin with:
  backtrail run -- python app.py    record a program
  backtrail show                    see what happened in the latest trace

An ID may be whole, dashed, or any unique beginning; `latest` is the latest.
"""


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--dir", "directory", metavar="PATH", help="Use this .backtrail directory.")
@click.option("--debug", is_flag=True, help="Show tracebacks of errors.")
@click.version_option(__version__, prog_name="backtrail")
@click.pass_obj
def cli(invocation: Invocation, directory: str | None, *, debug: bool) -> None:
    """From a failure back to its cause: record what a program did, and see it by one id."""
    invocation.is_debug = debug
    if directory is not None:
        invocation.environ["BACKTRAIL_DIR"] = directory


cli.sections = SECTIONS


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, and exit with its code."""
    if "_BACKTRAIL_COMPLETE" in os.environ:
        cli.main(prog_name="backtrail")
    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments), Invocation()))


def run(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run one command line; say on standard error what went wrong, and return the exit code."""
    try:
        with recorded(invocation, arguments):
            return _invoke(list(arguments), invocation)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _close_quietly()
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001 - the edge of the command: all becomes words
        return _complain(error, is_debug=invocation.is_debug)


def _invoke(arguments: list[str], invocation: Invocation) -> int:
    with cli.make_context("backtrail", arguments, obj=invocation) as context:
        context.color = invocation.color
        result = cli.invoke(context)
        sys.stdout.flush()
        return int(result or ExitCode.OK)


def _complain(error: Exception, *, is_debug: bool) -> int:
    """Print what happened and what to do; only a fault of ours shows its traceback unasked."""
    known = _in_words(error)
    if is_debug or known is None:
        traceback.print_exception(error)
    message, hint, code = known or (
        "this is a fault of Backtrail itself, not of your program",
        "please report it with the lines above",
        ExitCode.INFRASTRUCTURE,
    )
    click.echo(f"{click.style('error:', fg='red', bold=True)} {message}", err=True)
    click.echo(f"{click.style('hint:', fg='cyan')} {hint}", err=True)
    return int(code)


def _in_words(error: Exception) -> tuple[str, str, ExitCode] | None:
    """Return message, hint and exit code of an error that is not a fault of ours."""
    match error:
        case click.UsageError():
            return error.format_message().rstrip("."), _usage_hint(error), ExitCode.USAGE
        case BacktrailError():
            return error.message, error.hint, error.exit_code
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            message = f"{place}{error.strerror or error}"
            return message, "backtrail doctor", ExitCode.INFRASTRUCTURE
        case _:
            return None


def _usage_hint(error: click.UsageError) -> str:
    if isinstance(hint := getattr(error, "hint", None), str):
        return hint
    path = error.ctx.command_path if error.ctx else "backtrail"
    return f"{path} --help"


def _close_quietly() -> None:
    """Point standard output at nothing, so that the interpreter's own flush at exit is silent."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
