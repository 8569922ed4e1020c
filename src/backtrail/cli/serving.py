"""What the commands have in common that answer others: for which project, and with which part."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

from backtrail.cli.invocation import Invocation
from backtrail.model.errors import MissingPartError
from backtrail.record.capture.redact import use_secret_names
from backtrail.record.settings import find_home, read_settings
from backtrail.serve.opening import Project
from backtrail.store.accounts import users
from backtrail.store.accounts.database import Accounts

HOST = "127.0.0.1"


def project_of(invocation: Invocation) -> Project:
    """Return the project that is asked about, with its names of secrets in force."""
    home = find_home(invocation.cwd, invocation.environ)
    settings, _ = read_settings(home, invocation.environ)
    use_secret_names(settings.redact_names)
    return Project(home=Path(home), clock=invocation.clock, store=settings.store)


def has_credentials(project: Project) -> bool:
    """Tell whether a server of this project asks who asks."""
    accounts = Accounts(project.home)
    try:
        return users.has_credentials(accounts)
    finally:
        accounts.close()


def part(module: str, *, command: str, extra: str) -> ModuleType:
    """Load a part that only some users need, and that takes long to load.

    Raises:
        MissingPartError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "backtrail":
            raise
        raise MissingPartError(
            f"`backtrail {command}` needs {missing}, which is not installed",
            hint=f'pip install "backtrail[{extra}]"',
        ) from error
