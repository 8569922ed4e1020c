"""Acceptance checks 32 and 38: what `--json` says, and a store that cannot be read.

`docs/acceptance.md` lists the checks; each test names the one that it is of.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
import httpx
import pytest

from backtrail.cli.main import cli
from backtrail.model.errors import ExitCode
from backtrail.store.engines.sqlite import CATALOG_NAME
from running import BACKTRAIL, environment, run
from sample_store import ERROR, FAILED, WELL, write_store
from serving import serving

WELL_ASKED: dict[str, tuple[str, ...]] = {
    "bundle": ("latest",),
    "config": (),
    "dev dogfood": ("off",),
    "dev off": (),
    "dev on": (),
    "dev status": (),
    "diff": (WELL, FAILED),
    "doctor": (),
    "errors": (),
    "errors show": (ERROR,),
    "eval why": ("cases",),
    "export": (FAILED, "--layout", "files", "-o", "out"),
    "gc": ("--dry-run",),
    "hook": ("claude-code", "--print"),
    "index": (),
    "keys create": ("ci", "--scope", "read"),
    "keys list": (),
    "keys revoke": ("000000000000",),
    "llm": (),
    "llm show": ("1",),
    "locks": (),
    "ls": ("status:error",),
    "migrate": ("--to", "sqlite"),
    "perf": (),
    "perf show": ("checkout",),
    "pin": (FAILED,),
    "projects create": ("kiln",),
    "projects list": (),
    "send": ("ftp://example.org",),
    "show": (FAILED,),
    "state": (),
    "state show": ("1",),
    "unpin": (FAILED,),
    "users add": ("ada", "--generate"),
    "users allow": ("nobody", "--role", "read"),
    "users invite": (),
    "users list": (),
    "users remove": ("nobody",),
    "why": (FAILED,),
}
"""Words behind each command that can say its answer in JSON; it need not find anything."""
FOLLOWING = {"tail"}
"""Commands that end with Ctrl-C only; they say one object a line."""
OTHERWISE_REFUSED = {"dev off", "dev on", "dev status", "dev dogfood", "config", "hook", "eval why"}
"""Commands that read no store."""


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Find every command, by the words that name it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        here = (*path, name)
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield " ".join(here), command
        if isinstance(command, click.Group):
            yield from commands(command, here)


def says_json(command: click.Command) -> bool:
    return any("--json" in parameter.opts for parameter in command.params)


SAYING_JSON = sorted(name for name, command in commands(cli) if says_json(command))


def shop_in(folder: Path) -> Path:
    """Make a project with a trace that failed and one that went well, and a case to judge by."""
    write_store(folder)
    case = folder / "cases" / "01_prices"
    case.mkdir(parents=True)
    (case / "program.py").write_text("prices = {}\nprices['kettle']\n")
    cause = {"kind": "state", "contains": "kettle", "where": "program.py:<module>"}
    expected = {"command": ["python", "program.py"], "exit_code": 1, "cause": cause}
    (case / "expected.json").write_text(json.dumps({"title": "t", "not_cause": [], **expected}))
    return folder


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with recordings."""
    return shop_in(tmp_path)


@pytest.mark.acceptance(32)
def test_every_command_that_answers_in_json_is_asked_below() -> None:
    assert sorted({*WELL_ASKED, *FOLLOWING}) == SAYING_JSON


@pytest.mark.acceptance(32)
@pytest.mark.parametrize("name", sorted(WELL_ASKED))
def test_json_is_all_there_is_on_the_output_and_changes_no_exit_code(
    name: str, tmp_path: Path
) -> None:
    told = []
    for more in ((), ("--json",)):
        folder = tmp_path / f"as{len(more)}"
        folder.mkdir()
        words = (*name.split(), *WELL_ASKED[name], *more)
        told.append(run(*BACKTRAIL, *words, cwd=shop_in(folder)))
    plain, in_json = told
    assert in_json.returncode == plain.returncode, in_json.stderr.decode()
    assert b"fault of Backtrail" not in in_json.stderr
    if in_json.returncode in {0, 1}:
        json.loads(in_json.stdout)
    else:
        assert in_json.stdout == b""
        assert in_json.stderr.startswith(b"error: ")


@pytest.mark.acceptance(32)
@pytest.mark.parametrize("name", sorted({*WELL_ASKED} - OTHERWISE_REFUSED))
def test_a_wrong_question_ends_the_same_in_json(name: str, shop: Path) -> None:
    asked = [*BACKTRAIL, *name.split(), *WELL_ASKED[name], "--no-such-option"]
    plain, in_json = run(*asked, cwd=shop), run(*asked, "--json", cwd=shop)
    assert plain.returncode == in_json.returncode == ExitCode.USAGE
    assert plain.stdout == in_json.stdout == b""


@pytest.mark.acceptance(32)
def test_what_is_followed_is_one_object_a_line(shop: Path) -> None:
    with subprocess.Popen(
        [*BACKTRAIL, "tail", "--json"], cwd=shop, env=environment(), stdout=subprocess.PIPE
    ) as tail:
        with recording(shop):
            assert tail.stdout is not None
            assert json.loads(tail.stdout.readline())["kind"]
        tail.send_signal(signal.SIGINT)
        assert tail.wait(20) == ExitCode.INTERRUPTED


@contextmanager
def recording(folder: Path) -> Iterator[None]:
    """Let a program run that is recorded, and goes on until it may end."""
    code = "import backtrail; backtrail.debug('step', number=1); input()"
    with subprocess.Popen(
        [*BACKTRAIL, "run", "--", "python", "-c", code],
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
    ) as program:
        yield
        program.communicate(b"\n")
        assert program.returncode == 0


@pytest.mark.acceptance(38)
@pytest.mark.parametrize("damage", ["no catalogue", "a hole in it"])
def test_a_broken_store_is_neither_healthy_nor_ok(shop: Path, damage: str) -> None:
    catalog = shop / ".backtrail" / CATALOG_NAME
    run(*BACKTRAIL, "index", cwd=shop)
    kept = catalog.read_bytes()
    assert len(kept) > 8_192
    with serving(shop) as url:
        well = httpx.get(f"{url}/api/health")
    catalog.write_bytes(b"not one" * 1_000 if damage == "no catalogue" else holed(kept))
    with serving(shop) as url:
        broken = httpx.get(f"{url}/api/health")
        user = {"name": "ada", "password": "a kettle of fish at noon"}
        assert httpx.post(f"{url}/api/auth/register", json=user).status_code == 200
        stranger = httpx.get(f"{url}/api/health")
    doctor = run(*BACKTRAIL, "doctor", "--json", cwd=shop)
    asked = run(*BACKTRAIL, "ls", cwd=shop)
    assert (well.status_code, well.json()["status"]) == (200, "ok")
    assert (broken.status_code, broken.json()["hint"]) == (503, "backtrail index --rebuild")
    assert (stranger.status_code, stranger.json()["detail"]) == (503, "the store cannot be read")
    assert doctor.returncode == ExitCode.FAILED
    assert json.loads(doctor.stdout)["is_healthy"] is False
    assert asked.returncode == ExitCode.INFRASTRUCTURE
    assert b"backtrail index --rebuild" in asked.stderr
    assert run(*BACKTRAIL, "index", "--rebuild", cwd=shop).returncode == 0
    assert run(*BACKTRAIL, "doctor", cwd=shop).returncode == 0


def holed(kept: bytes) -> bytes:
    """Return a file in which nothing but the first page is what it was."""
    return kept[:4_096] + b"\xff" * (len(kept) - 4_096)


@pytest.mark.acceptance(38)
def test_a_store_of_a_later_version_is_refused_with_the_way_out(shop: Path) -> None:
    run(*BACKTRAIL, "index", cwd=shop)
    with closing(sqlite3.connect(shop / ".backtrail" / CATALOG_NAME)) as catalog:
        catalog.execute("PRAGMA user_version = 99")
    with serving(shop) as url:
        refused = httpx.get(f"{url}/api/health")
    asked = run(*BACKTRAIL, "ls", "--json", cwd=shop)
    assert refused.status_code == 403
    assert "catalogue format 99" in refused.json()["detail"]
    assert "pip install --upgrade" in refused.json()["hint"]
    assert (asked.returncode, asked.stdout) == (ExitCode.REFUSED, b"")
    assert b"catalogue format 99" in asked.stderr
