"""What may be broken in the surroundings of a recording, and how each is found.

Each check yields findings: what is wrong, what was seen, and what to do. A check that finds nothing
yields nothing.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from backtrail.cli.invocation import Invocation
from backtrail.cli.text import bytes_text
from backtrail.model.errors import UsageError
from backtrail.record.attach.inherit import SITE, stripped
from backtrail.record.settings import HOME, PROJECT_MARKS, read_settings

FREE_BYTES_MIN = 256 << 20
"""Less room than this is soon filled by the segments of a few processes."""
PROBE_S_MAX = 10.0
"""How long another Python may take to say what it has."""
_PROBE = (
    "import importlib.util as u, json, sys;"
    "print(json.dumps({'version': list(sys.version_info[:2]),"
    " 'has_msgspec': u.find_spec('msgspec') is not None}))"
)


class Finding(Struct, frozen=True, kw_only=True):
    """Something that is not as it should be, or that one should know."""

    what: str
    """One sentence."""
    evidence: str
    """What was seen: a path, a number, a setting."""
    do: str
    """What to do about it; a command where there is one."""
    level: Literal["problem", "note"] = "problem"


def check_directory(home: Path) -> Iterator[Finding]:
    """Find a directory that is missing, cannot be written, or that others may read."""
    if not home.exists():
        yield Finding(
            what="nothing has been recorded here",
            evidence=f"there is no {home}",
            do="backtrail run -- python app.py",
        )
        return
    if not home.is_dir():
        yield Finding(
            what=f"{HOME} is no directory", evidence=str(home), do=f"move {home} out of the way"
        )
        return
    for folder in (home, home / "journal", home / "errors"):
        if folder.is_dir():
            yield from _check_folder(folder)


def _check_folder(folder: Path) -> Iterator[Finding]:
    mode = stat.S_IMODE(folder.stat().st_mode)
    is_read_only = bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    if is_read_only or not os.access(folder, os.W_OK | os.X_OK) or not mode & stat.S_IWUSR:
        yield Finding(
            what="a directory cannot be written, so programs are not recorded",
            evidence=f"{folder} has mode {mode:04o}"
            + (" on a read-only file system" if is_read_only else ""),
            do=f"chmod u+rwx {folder}",
        )
    if mode & 0o077:
        yield Finding(
            what="other users of this machine may look into what was recorded",
            evidence=f"{folder} has mode {mode:04o}, it should be 0700",
            do=f"chmod 700 {folder}",
        )


def check_disk(home: Path) -> Iterator[Finding]:
    """Find a disk that is full, or nearly."""
    folder = next((path for path in (home, *home.parents) if path.is_dir()), Path("/"))
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_MIN:
        yield Finding(
            what="the disk is full, or nearly; recording stops when it is",
            evidence=f"{bytes_text(free)} left for {folder}",
            do="backtrail gc --max-size 100MB",
        )


def check_settings(home: Path, invocation: Invocation) -> Iterator[Finding]:
    """Find settings that do not fit, and any that switch recording off."""
    try:
        settings, sources = read_settings(str(home), invocation.environ)
    except UsageError as error:
        yield Finding(
            what="the settings do not fit, so the defaults are used",
            evidence=error.message,
            do=error.hint,
        )
        return
    if settings.enabled:
        return
    source = sources["enabled"]
    is_variable = source.startswith("BACKTRAIL_")
    yield Finding(
        what="recording is switched off",
        evidence=f"by {source}",
        do=f"unset {source}" if is_variable else "backtrail dev on",
    )


def check_nesting(home: Path) -> Iterator[Finding]:
    """Find a second project around this one: each records what starts inside it."""
    for folder in home.parent.parents:
        outer = folder / HOME
        if outer.is_dir():
            yield Finding(
                what="two projects are nested, so what starts further out is recorded elsewhere",
                evidence=f"{home} lies inside the project of {outer}",
                do=f"set BACKTRAIL_DIR={outer} to record both there",
                level="note",
            )
            return


def check_reach(home: Path, invocation: Invocation) -> Iterator[Finding]:
    """Find a project without a directory of its own, that is recorded in one further out."""
    if not home.is_dir() or "BACKTRAIL_DIR" in invocation.environ:
        return
    cwd = Path(invocation.cwd)
    for folder in (cwd, *cwd.parents):
        if folder == home.parent:
            return
        if any((folder / mark).exists() for mark in PROJECT_MARKS):
            yield Finding(
                what="this project is recorded in a directory further out",
                evidence=f"{folder} is a project without a {HOME} of its own, so {home} is used",
                do=f"mkdir -m 700 {folder / HOME} to record it apart",
                level="note",
            )
            return


def check_python_path(invocation: Invocation) -> Iterator[Finding]:
    """Find what on PYTHONPATH comes between a program and the recorder."""
    for entry in stripped(invocation.environ).get("PYTHONPATH", "").split(os.pathsep):
        folder = Path(invocation.cwd, entry)
        if not entry or str(folder) == SITE:
            continue
        if (folder / "sitecustomize.py").is_file():
            yield Finding(
                what="PYTHONPATH holds a sitecustomize of its own; it runs after the recorder's",
                evidence=str(folder / "sitecustomize.py"),
                do="nothing, unless a program behaves otherwise under `backtrail run`",
                level="note",
            )
        for package in ("backtrail", "msgspec"):
            found = folder / package / "__init__.py"
            if found.is_file() and not _is_loaded_from(package, found):
                yield Finding(
                    what=f"PYTHONPATH holds another {package}, which a program would load first",
                    evidence=str(found),
                    do=f"take {folder} off PYTHONPATH",
                )


def _is_loaded_from(package: str, path: Path) -> bool:
    loaded = getattr(sys.modules.get(package), "__file__", None)
    return loaded is not None and Path(loaded).resolve() == path.resolve()


def check_python(invocation: Invocation) -> Iterator[Finding]:
    """Find a `python` that cannot record: too old, or without a msgspec that fits it."""
    python = shutil.which("python", path=invocation.environ.get("PATH"))
    if python is None or Path(python).samefile(sys.executable):
        return
    probe = _probe(python, invocation)
    if probe is None:
        yield Finding(
            what="the `python` on PATH does not start",
            evidence=python,
            do=f"{python} -c pass",
        )
    elif probe.version < (3, 11):
        yield Finding(
            what="the `python` on PATH is too old to be recorded",
            evidence=f"{python} is Python {probe.version[0]}.{probe.version[1]}, 3.11 is needed",
            do="start the program with a later Python",
        )
    elif not probe.has_msgspec and probe.version != sys.version_info[:2]:
        yield Finding(
            what="the `python` on PATH has no msgspec, so its programs are not recorded",
            evidence=f"{python}; ours is for Python {sys.version_info[0]}.{sys.version_info[1]}",
            do=f"{python} -m pip install msgspec",
        )


class _Probe(Struct, frozen=True):
    version: tuple[int, int]
    has_msgspec: bool


def _probe(python: str, invocation: Invocation) -> _Probe | None:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own Python, with our own words
            [python, "-c", _PROBE],
            env=stripped(invocation.environ),
            capture_output=True,
            timeout=PROBE_S_MAX,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=_Probe)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError):
        return None
