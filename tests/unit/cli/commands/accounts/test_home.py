from __future__ import annotations

from pathlib import Path

from backtrail.cli.commands.accounts.home import ACTOR, noted, opened_accounts
from backtrail.cli.invocation import Invocation
from backtrail.store.accounts.auditing import audit_page


def test_the_accounts_are_those_of_the_folder_and_what_is_done_is_noted(tmp_path: Path) -> None:
    (tmp_path / ".backtrail").mkdir()
    below = tmp_path / "src"
    below.mkdir()
    invocation = Invocation(cwd=str(below), environ={})
    with opened_accounts(invocation) as accounts:
        assert accounts.home == tmp_path / ".backtrail"
        with accounts.writing() as writing:
            noted(writing, invocation, "key.created", "key x", "kiln")
        [row] = audit_page(accounts, before=None, limit=9)
    assert (row.actor, row.action, row.about, row.project) == (
        ACTOR,
        "key.created",
        "key x",
        "kiln",
    )
