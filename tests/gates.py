"""A gate whose clock stands where a test puts it, and whose accounts are in a file of their own."""

from __future__ import annotations

import os
from pathlib import Path

from backtrail.model.clock import NS_PER_S, Clock
from backtrail.serve.auth.gate import Gate
from backtrail.store.accounts.keys import create_key
from backtrail.store.accounts.sessions import begin_session
from backtrail.store.accounts.users import add_user, user_by_name


class World:
    """A gate, and what a test does around it."""

    def __init__(self, home: Path, *, is_loopback: bool = True) -> None:
        self.now = 1_760_000_000 * NS_PER_S
        clock = Clock(time_unix_ns=lambda: self.now, monotonic_ns=lambda: self.now)
        self.gate = Gate(home, clock=clock, is_loopback=is_loopback)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now += int(seconds * NS_PER_S)

    def user(self, name: str, role: str = "admin", project: str = "default") -> tuple[int, str]:
        """Add a user who has signed in; give the session's number and secret."""
        with self.gate.accounts.writing() as writing:
            add_user(
                writing,
                name=name,
                password_hash="h",
                project=project,
                role=role,  # type: ignore[arg-type]
                now_unix_ns=self.now,
            )
        user = user_by_name(self.gate.accounts, name)
        assert user is not None
        with self.gate.accounts.writing() as writing:
            return begin_session(
                writing, user_id=user.user_id, now_unix_ns=self.now, entropy=os.urandom
            )

    def key(self, *scopes: str, project: str = "default", rate: int = 60) -> str:
        """Make a key."""
        with self.gate.accounts.writing() as writing:
            return create_key(
                writing,
                name="k",
                project=project,
                scopes=scopes,  # type: ignore[arg-type]
                rate_per_minute=rate,
                now_unix_ns=self.now,
                entropy=os.urandom,
            )[1]
