"""`backtrail hook`: the configuration that makes an assistant start `backtrail mcp`."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import click
from msgspec import Struct

from backtrail.cli.assistant import json_config, toml_config
from backtrail.cli.assistant.assistants import ASSISTANTS, SERVER, Assistant, entry
from backtrail.cli.files.whole import whole_file
from backtrail.cli.invocation import Invocation
from backtrail.cli.options import example, json_option
from backtrail.cli.text import emit_json
from backtrail.model.errors import NotFoundError, RefusedError, StoreError, UsageError
from backtrail.record.settings import find_home

EDITS = {
    "json": (json_config.with_entry, json_config.without_entry),
    "toml": (toml_config.with_entry, toml_config.without_entry),
}
"""By form of the file: what puts an entry in, what takes it out."""


class Hooked(Struct, frozen=True, kw_only=True):
    """What was done to a configuration file."""

    file: str
    is_changed: bool
    is_written: bool
    """Not with `--print`."""
    content: str
    """Empty when nothing is left, and the file is gone."""


@click.command(epilog=example("$ backtrail hook claude-code", "$ backtrail hook codex --print"))
@click.argument("assistant", type=click.Choice(list(ASSISTANTS)))
@click.option(
    "--dir", "folder", type=click.Path(file_okay=False), help="The project; else this one's root."
)
@click.option("--user", "is_user", is_flag=True, help="For all projects: in the home folder.")
@click.option("--command", help="The command to start; else the one that runs now.")
@click.option("--print", "is_shown", is_flag=True, help="Show the file, and write nothing.")
@click.option("--remove", "is_removed", is_flag=True, help="Take the entry out again.")
@json_option
@click.pass_obj
def hook(
    invocation: Invocation,
    assistant: str,
    *,
    folder: str | None,
    is_user: bool,
    command: str | None,
    is_shown: bool,
    is_removed: bool,
    as_json: bool,
) -> None:
    """Write the configuration that connects an assistant to `backtrail mcp`.

    Other entries of the file are kept, and a file that is broken is left alone. Nothing outside of
    the project is written, except with --user.
    """
    if is_user and folder is not None:
        raise UsageError("--user and --dir exclude each other", hint="leave one of them out")
    chosen = ASSISTANTS[assistant]
    root = _home(invocation) if is_user else _project(invocation, folder)
    path = root / (chosen.user_file if is_user else chosen.project_file)
    _refuse_links(path, root)
    before = _text(path)
    after = _changed(
        chosen, before, path, command=command or own_command(invocation), is_removed=is_removed
    )
    is_changed = after != before
    if is_changed and not is_shown:
        _write(path, after)
    done = Hooked(
        file=str(path),
        is_changed=is_changed,
        is_written=is_changed and not is_shown,
        content=after,
    )
    if as_json:
        emit_json(done)
    elif is_shown:
        click.echo(after, nl=False)
    else:
        _tell(chosen, done, is_removed=is_removed)


def own_command(invocation: Invocation) -> str:
    """Return the command that an assistant can start: a bare name only where any shell finds it."""
    beside = Path(sys.executable).with_name("backtrail")
    found = shutil.which("backtrail", path=invocation.environ.get("PATH", os.defpath))
    is_own = sys.prefix == sys.base_prefix
    if is_own and found is not None:
        return "backtrail"
    return str(beside) if beside.exists() else found or "backtrail"


def _project(invocation: Invocation, folder: str | None) -> Path:
    if folder is None:
        return Path(find_home(invocation.cwd, invocation.environ)).parent
    path = Path(invocation.cwd, folder)
    if not path.is_dir():
        raise NotFoundError(f"there is no folder {path}", hint="--dir names the project's root")
    return path


def _home(invocation: Invocation) -> Path:
    home = invocation.environ.get("HOME")
    if not home:
        raise NotFoundError("the home folder is not known", hint="set HOME")
    return Path(home)


def _refuse_links(path: Path, root: Path) -> None:
    """Refuse a file that a link takes out of the folder that we may write in."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise RefusedError(
            f"{path} leads out of {root}, to {path.resolve()}", hint="change that file by hand"
        )


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path}, line {line} is not UTF-8", hint="mend it by hand first"
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}", hint="look at its permissions"
        ) from error


def _changed(
    assistant: Assistant, before: str, path: Path, *, command: str, is_removed: bool
) -> str:
    put, take = EDITS[assistant.form]
    file, table = str(path), assistant.table
    if is_removed:
        return take(before, file=file, table=table, name=SERVER)
    return put(before, file=file, table=table, name=SERVER, entry=entry(assistant, command))


def _write(path: Path, text: str) -> None:
    """Write a file, whole or not at all, with the permissions that it had; no text removes it."""
    target = path.resolve()
    if not text:
        target.unlink()
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    with whole_file(target, mode=mode) as file:
        file.write(text.encode())


def _tell(assistant: Assistant, done: Hooked, *, is_removed: bool) -> None:
    if not done.is_changed:
        state = "has no such entry" if is_removed else "is as it should be"
        click.echo(f"{done.file} {state}")
    elif is_removed:
        click.echo(f"{assistant.title} is no longer connected: {done.file}")
    else:
        click.echo(f"{assistant.title} starts `backtrail mcp`: {done.file}")
        if find_spec("mcp") is None:
            click.echo('first: pip install "backtrail[mcp]", which the server needs')
        click.echo(f"next: {assistant.next_step}")
