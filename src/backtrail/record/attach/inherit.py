"""How a process that we record hands recording on to the Pythons that it starts.

A few variables do it: `PYTHONPATH` leads to the folder `site`, whose `sitecustomize` starts the
recorder; the others say which run and which trace. The program itself does not see them: in the
child `sitecustomize` takes them out of `os.environ` again, but leaves them in the environment of
the process, where `exec` finds them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

SITE = os.path.abspath(f"{__file__}/../site")
"""The folder that goes on `PYTHONPATH`."""
ADDED = "BACKTRAIL_ADDED"
"""Names the variables that are there because of us."""
BEFORE = "BACKTRAIL_BEFORE_"
"""Begins the names of variables that hold what one of ours replaced."""

SETTINGS = ("mode", "session", "hang_after_s", "watch")
"""What may be set for one run alone."""

handed_on: dict[str, str] = {}
"""What this process was given, and gives to the processes that it starts; empty if not recorded."""


def extended(environ: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which a Python records itself, and hides that from its program."""
    plain = stripped(environ)
    path = plain.get("PYTHONPATH")
    ours = {**given, "PYTHONPATH": f"{SITE}{os.pathsep}{path}" if path else SITE}
    before = {BEFORE + name: plain[name] for name in ours if name in plain}
    return {**plain, **before, **ours, ADDED: " ".join(ours)}


def stripped(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what `extended` put into it."""
    plain = dict(environ)
    for name in plain.pop(ADDED, "").split():
        plain.pop(name, None)
        if (before := plain.pop(BEFORE + name, None)) is not None:
            plain[name] = before
    return plain


def variable(name: str) -> str | None:
    """Return what this process was given under a name, hidden from the program or not."""
    return handed_on.get(name) or os.environ.get(name)


def settings() -> dict[str, str]:
    """Return what was set for this run alone, by setting."""
    values = ((name, handed_on.get(f"BACKTRAIL_{name.upper()}")) for name in SETTINGS)
    return {name: value for name, value in values if value is not None}


def deadline_ns() -> int | None:
    """Return when, on the monotonic clock, `backtrail run --timeout` ends this process."""
    text = variable("BACKTRAIL_DEADLINE_NS")
    return int(text) if text and text.isdigit() else None
