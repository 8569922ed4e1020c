"""Which names users, keys and projects may have, and where a project's store is."""

from __future__ import annotations

import re
from pathlib import Path

from backtrail.model.errors import UsageError

DEFAULT = "default"
"""The project that is the home itself."""
PROJECTS = "projects"
"""The folder of the home in which the others are."""
USER_NAME = r"^[a-z0-9][a-z0-9._@-]{0,63}(?!\n)$"
PROJECT_NAME = r"^[a-z0-9][a-z0-9_-]{0,39}(?!\n)$"
KEY_NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._@/-]{0,63}(?!\n)$"
_RULES = {
    "user": (USER_NAME, "64 small letters, digits, and . _ @ - after the first"),
    "project": (PROJECT_NAME, "40 small letters, digits, and _ - after the first"),
    "key": (KEY_NAME, "64 letters, digits, spaces, and . _ @ / - after the first"),
}


def checked(sort: str, name: str) -> str:
    """Return the name of a user, a key or a project, if it is one.

    Raises:
        UsageError: it is none.
    """
    pattern, rule = _RULES[sort]
    if re.fullmatch(pattern, name) is None:
        raise UsageError(f"{name[:80]!r} is no name of a {sort}", hint=f"a name is up to {rule}")
    return name


def project_home(home: Path, project: str) -> Path:
    """Return the folder that a project's recordings are in."""
    return home if project == DEFAULT else home / PROJECTS / checked("project", project)
