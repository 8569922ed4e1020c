from __future__ import annotations

import os

import pytest

from backtrail.model.errors import RefusedError
from backtrail.store.accounts import invitations
from backtrail.store.accounts.database import Accounts


def invited(accounts: Accounts, now: int = 5) -> tuple[str, int]:
    with accounts.writing() as writing:
        return invitations.invite(
            writing, project="kiln", role="write", now_unix_ns=now, entropy=os.urandom
        )


def test_an_invitation_is_good_once(accounts: Accounts) -> None:
    invitation, expires = invited(accounts)
    invitations.open_invitation(accounts, invitation, now_unix_ns=6)
    with accounts.writing() as writing:
        found = invitations.redeem(writing, invitation, now_unix_ns=6)
    assert (found.project, found.role, found.expires_unix_ns) == ("kiln", "write", expires)
    with pytest.raises(RefusedError, match="unknown, used or too old"):
        invitations.open_invitation(accounts, invitation, now_unix_ns=6)
    with pytest.raises(RefusedError), accounts.writing() as writing:
        invitations.redeem(writing, invitation, now_unix_ns=6)


def test_an_invitation_ends(accounts: Accounts) -> None:
    invitation, expires = invited(accounts)
    with pytest.raises(RefusedError), accounts.writing() as writing:
        invitations.redeem(writing, invitation, now_unix_ns=expires)


def test_open_invitations_are_bounded_and_ended_ones_make_room(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "INVITATIONS_MAX", 1)
    _, expires = invited(accounts)
    with pytest.raises(RefusedError, match="1 invitations are open"):
        invited(accounts)
    invited(accounts, now=expires)
