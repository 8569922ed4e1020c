"""`backtrail eval why`: how often the cause is named, on programs where it is known."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from backtrail.cli.invocation import Invocation
from backtrail.cli.opening import progress
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json
from backtrail.model.errors import UsageError
from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.cause.answer import Candidate, Why
from backtrail.trail.cause.asking import why
from backtrail.trail.cause.judging import Expected, Judged, judge

RUN_S_MAX = 40.0
"""Seconds that one program may take, with all that `run` does."""
BACKTRAIL = (sys.executable, "-c", "from backtrail.cli.main import main; main()")
EXPECTED = "expected.json"


class Row(Struct, frozen=True, kw_only=True):
    """What became of one program."""

    case: str
    title: str
    expected: str
    judged: Judged
    first: Candidate | None
    score: float | None
    events: int
    has_failed_as_expected: bool


class Table(Struct, frozen=True, kw_only=True):
    """All programs, and the four numbers."""

    rows: list[Row]
    programs: int
    right_first: int
    right_within_three: int
    decoys_first: int
    nothing_named: int
    places_right: int


@click.group("eval")
def evaluate() -> None:
    """Measure how well Backtrail does, on examples whose answers are known."""


@evaluate.command("why", epilog=example("$ backtrail eval why tests/cases/failing"))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--case", "wanted", multiple=True, help="Only programs whose folders begin so.")
@json_option
@click.pass_obj
def evaluate_why(
    invocation: Invocation, folder: Path, wanted: tuple[str, ...], *, as_json: bool
) -> None:
    """Run each failing program of FOLDER, ask why, and compare with what is known.

    Each is a folder with a program and an `expected.json`, which is read only after the answer is
    there. The program runs in a copy of its folder.
    """
    cases = [
        path
        for path in sorted(folder.iterdir())
        if (path / EXPECTED).is_file() and (not wanted or path.name.startswith(wanted))
    ]
    if not cases:
        raise UsageError(f"{folder} holds no folder with {EXPECTED}", hint="see its README")
    rows = []
    with progress("running programs") as report:
        for done, case in enumerate(cases):
            rows.append(_evaluated(case, invocation))
            if report:
                report(done + 1, len(cases))
    table = _table(rows)
    if as_json:
        emit_json(table)
    else:
        _print(table)


def _evaluated(case: Path, invocation: Invocation) -> Row:
    """Run a program under the recorder in a copy of its folder, and judge what `why` says."""
    expected = msgspec.json.decode((case / EXPECTED).read_bytes(), type=Expected)
    with tempfile.TemporaryDirectory(prefix="backtrail-eval-") as scratch:
        place = Path(scratch) / case.name
        shutil.copytree(case, place, ignore=shutil.ignore_patterns(EXPECTED, "__pycache__"))
        code = _run(expected, place, invocation)
        answer = _answer(place / ".backtrail")
    candidates = answer.candidates if answer else []
    first = next(iter(candidates), None)
    return Row(
        case=case.name,
        title=expected.title,
        expected=expected.cause.kind,
        judged=judge(candidates, expected),
        first=first,
        score=first.score if first else None,
        events=answer.events_read if answer else 0,
        has_failed_as_expected=expected.exit_code is None or code == expected.exit_code,
    )


def _answer(home: Path) -> Why | None:
    """Ask why the only trace of a store failed; `None` when nothing was recorded."""
    if not home.is_dir():
        return None
    with Catalog.open(home) as catalog:
        refresh(catalog)
        trace = next(iter(reading.traces(catalog, TraceFilter(limit=1))), None)
        return why(catalog, trace.trace_id) if trace else None


def _run(expected: Expected, place: Path, invocation: Invocation) -> int | None:
    """Return the exit code of a program, ended by force where it takes too long."""
    environ = {
        **invocation.environ,
        "BACKTRAIL_DIR": str(place / ".backtrail"),
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in expected.env.items():
        environ.pop(name, None)
        if value is not None:
            environ[name] = value
    limit = ["--timeout", str(expected.timeout_s)] if expected.timeout_s else []
    command = [sys.executable if word == "python" else word for word in expected.command]
    with subprocess.Popen(  # noqa: S603 - the command that the example names
        [*BACKTRAIL, "run", *limit, "--", *command],
        cwd=place,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as program:
        try:
            return program.wait(RUN_S_MAX)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)
            return None


def _table(rows: list[Row]) -> Table:
    return Table(
        rows=rows,
        programs=len(rows),
        right_first=sum(row.judged.first == "right" for row in rows),
        right_within_three=sum(row.judged.is_within_three for row in rows),
        decoys_first=sum(row.judged.first == "decoy" for row in rows),
        nothing_named=sum(row.judged.first == "nothing" for row in rows),
        places_right=sum(row.judged.is_place_right for row in rows),
    )


def _print(table: Table) -> None:
    colours = {"right": "green", "decoy": "red"}
    for row in table.rows:
        verdict = click.style(f"{row.judged.first:<8}", fg=colours.get(row.judged.first, "yellow"))
        rank = f"right at {row.judged.rank}" if row.judged.rank else "not named"
        named = f"{row.first.kind} in {row.first.where}" if row.first else "-"
        click.echo(f"{row.case:<22} {verdict} {rank:<11} {row.expected:<20} first: {named}")
        if not row.has_failed_as_expected:
            click.secho("   it did not end as expected", fg="red")
    click.echo(
        f"\n{table.programs} programs: right at the first place {table.right_first},"
        f" within three {table.right_within_three}, a decoy first {table.decoys_first},"
        f" nothing named {table.nothing_named}; file and function right {table.places_right}"
    )
