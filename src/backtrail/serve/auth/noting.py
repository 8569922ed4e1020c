"""Notes what was done and refused; a flood of refusals becomes one row a minute."""

from __future__ import annotations

from threading import Lock

from backtrail.model.clock import NS_PER_S
from backtrail.model.limits.reading import AUDIT_REFUSALS_MAX
from backtrail.store.accounts.auditing import note
from backtrail.store.accounts.database import Accounts

WINDOW_NS = 60 * NS_PER_S
REFUSED = "request.refused"


class Refusals:
    """Refused requests on their way to the audit."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._lock = Lock()
        self._window = -1
        self._count = 0
        self._left_out = 0

    def add(self, *, now_unix_ns: int, actor: str, about: str, address: str) -> None:
        """Note a refused request, or count it to be noted with others."""
        with self._lock:
            window = now_unix_ns // WINDOW_NS
            left_out = 0
            if window != self._window:
                left_out, self._left_out = self._left_out, 0
                self._window, self._count = window, 0
            self._count += 1
            is_noted = self._count <= AUDIT_REFUSALS_MAX
            if not is_noted:
                self._left_out += 1
        if left_out:
            self._note(now_unix_ns, "several", "requests of a minute before", "", left_out)
        if is_noted:
            self._note(now_unix_ns, actor, about, address, 1)

    def close(self, now_unix_ns: int) -> None:
        """Note what was only counted."""
        with self._lock:
            left_out, self._left_out = self._left_out, 0
        if left_out:
            self._note(now_unix_ns, "several", "requests of a minute before", "", left_out)

    def _note(self, now_unix_ns: int, actor: str, about: str, address: str, times: int) -> None:
        with self._accounts.writing() as writing:
            note(
                writing,
                now_unix_ns=now_unix_ns,
                action=REFUSED,
                actor=actor,
                about=about,
                address=address,
                times=times,
            )
