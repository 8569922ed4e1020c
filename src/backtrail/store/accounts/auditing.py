"""What was done with accounts, and what was refused: the last rows of it."""

from __future__ import annotations

from backtrail.model.limits.reading import AUDIT_CHARS_MAX, AUDIT_ROWS_MAX
from backtrail.store.accounts.database import Accounts, Writing
from backtrail.store.accounts.rows import AuditRow

_LAST = 2**62


def note(
    writing: Writing,
    *,
    now_unix_ns: int,
    action: str,
    actor: str,
    about: str = "",
    address: str = "",
    project: str | None = None,
    times: int = 1,
) -> None:
    """Add a row; beyond `AUDIT_ROWS_MAX` the oldest goes."""
    done = writing.run(
        "add_audit",
        time_unix_ns=now_unix_ns,
        action=action,
        actor=actor[:AUDIT_CHARS_MAX],
        about=about[:AUDIT_CHARS_MAX],
        address=address[:AUDIT_CHARS_MAX],
        project=project,
        times=times,
    )
    assert done.lastrowid is not None
    writing.run("drop_oldest_audit", audit_id=done.lastrowid - AUDIT_ROWS_MAX)


def audit_page(accounts: Accounts, *, before: int | None, limit: int) -> list[AuditRow]:
    """Return rows, the newest first, from before a row on."""
    found = accounts.rows("audit_page", before=_LAST if before is None else before, limit=limit)
    return [AuditRow(**dict(row)) for row in found]
