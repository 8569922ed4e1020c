"""Invitations: a random text by which somebody becomes a user, once, and not for long."""

from __future__ import annotations

from backtrail.model.clock import NS_PER_S
from backtrail.model.errors import RefusedError
from backtrail.model.limits.reading import INVITATION_S_MAX, INVITATIONS_MAX
from backtrail.store.accounts.database import Accounts, Writing
from backtrail.store.accounts.rows import Invitation, Role
from backtrail.store.accounts.secrets import Entropy, fresh_secret, hash_of


def invite(
    writing: Writing, *, project: str, role: Role, now_unix_ns: int, entropy: Entropy
) -> tuple[str, int]:
    """Make an invitation, and return it with its end; it is kept nowhere.

    Raises:
        RefusedError: too many are open.
    """
    writing.run("drop_ended_invitations", now_unix_ns=now_unix_ns)
    if writing.number("count_invitations") >= INVITATIONS_MAX:
        raise RefusedError(
            f"{INVITATIONS_MAX} invitations are open already",
            hint=f"each ends after {INVITATION_S_MAX // 86_400} days",
        )
    invitation = fresh_secret(entropy)
    expires_unix_ns = now_unix_ns + INVITATION_S_MAX * NS_PER_S
    writing.run(
        "add_invitation",
        secret_hash=hash_of(invitation),
        project=project,
        role=role,
        created_unix_ns=now_unix_ns,
        expires_unix_ns=expires_unix_ns,
    )
    return invitation, expires_unix_ns


def redeem(writing: Writing, invitation: str, *, now_unix_ns: int) -> Invitation:
    """Use an invitation up.

    Raises:
        RefusedError: there is none such, any more.
    """
    kept = hash_of(invitation)
    row = writing.row("invitation", secret_hash=kept, now_unix_ns=now_unix_ns)
    if row is None:
        raise _not_open()
    writing.run("drop_invitation", secret_hash=kept)
    return Invitation(
        project=row["project"], role=row["role"], expires_unix_ns=row["expires_unix_ns"]
    )


def open_invitation(accounts: Accounts, invitation: str, *, now_unix_ns: int) -> None:
    """Look whether an invitation is open, without using it up.

    Raises:
        RefusedError: it is not.
    """
    if accounts.row("invitation", secret_hash=hash_of(invitation), now_unix_ns=now_unix_ns) is None:
        raise _not_open()


def _not_open() -> RefusedError:
    return RefusedError(
        "the invitation is unknown, used or too old", hint="ask an admin for another one"
    )
