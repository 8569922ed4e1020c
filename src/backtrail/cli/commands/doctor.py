"""`backtrail doctor`: what is broken, the evidence, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from backtrail.cli import diagnosis
from backtrail.cli.diagnosis import Finding
from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import store_setting
from backtrail.cli.options import example, json_option
from backtrail.cli.store_diagnosis import check_store
from backtrail.cli.text import counted, emit_json, tone
from backtrail.model.errors import ExitCode, UsageError
from backtrail.model.settings import shown
from backtrail.record.settings import find_home
from backtrail.store.engines.choosing import SQLITE


@click.command(epilog=example("$ backtrail doctor", "all is well in /home/me/shop/.backtrail"))
@json_option
@click.pass_obj
def doctor(invocation: Invocation, *, as_json: bool) -> int:
    """Find what is broken in the set-up, and say what to do about it.

    The exit code is 0 when all is well, and 1 when a problem was found.
    """
    home = Path(find_home(invocation.cwd, invocation.environ))
    store = _store(home, invocation)
    findings = list(examine(home, invocation, store=store))
    problems = sum(finding.level == "problem" for finding in findings)
    if as_json:
        told = {"home": str(home), "store": shown(store or SQLITE), "is_healthy": not problems}
        emit_json(told | {"findings": findings})
    else:
        _print(home, findings, problems)
    return ExitCode.FAILED if problems else ExitCode.OK


def _store(home: Path, invocation: Invocation) -> str | None:
    try:
        return store_setting(invocation, home)
    except UsageError:
        # A finding of its own.
        return None


def examine(home: Path, invocation: Invocation, *, store: str | None = None) -> Iterator[Finding]:
    """Yield all that is to be said about a set-up; `store` is where the catalogue is kept."""
    yield from diagnosis.check_directory(home)
    yield from diagnosis.check_disk(home)
    yield from diagnosis.check_settings(home, invocation)
    yield from diagnosis.check_nesting(home)
    yield from diagnosis.check_reach(home, invocation)
    yield from diagnosis.check_python_path(invocation)
    yield from diagnosis.check_python(invocation)
    if home.is_dir():
        yield from check_store(home, store)


def _print(home: Path, findings: list[Finding], problems: int) -> None:
    for finding in findings:
        is_problem = finding.level == "problem"
        mark = tone("problem", "bad title") if is_problem else tone("note", "warn")
        click.echo(f"{mark}  {finding.what}")
        click.echo(f"  seen  {finding.evidence}")
        click.echo(f"  do    {tone(finding.do, 'code')}\n")
    if problems:
        click.echo(f"{counted(problems, 'problem')} in {home}")
    else:
        click.echo(tone(f"all is well in {home}", "good"))
