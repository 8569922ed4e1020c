"""The accounts of the folder that a command is about."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backtrail.cli.invocation import Invocation
from backtrail.record.settings import find_home
from backtrail.store.accounts.auditing import note
from backtrail.store.accounts.database import Accounts, Writing

ACTOR = "command line"
entropy = os.urandom


@contextmanager
def opened_accounts(invocation: Invocation) -> Iterator[Accounts]:
    """Give the accounts; there need be none yet."""
    accounts = Accounts(Path(find_home(invocation.cwd, invocation.environ)))
    try:
        yield accounts
    finally:
        accounts.close()


def noted(
    writing: Writing, invocation: Invocation, action: str, about: str, project: str | None = None
) -> None:
    """Note what is done, in the transaction that does it."""
    note(
        writing,
        now_unix_ns=invocation.clock.time_unix_ns(),
        action=action,
        actor=ACTOR,
        about=about,
        project=project,
    )
