"""The gate of a server: what it knows of accounts, and who is let in to which project."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock

from msgspec import Struct
from starlette.datastructures import Headers

from backtrail.model.clock import NS_PER_S, Clock
from backtrail.model.errors import BacktrailError, NotFoundError
from backtrail.model.limits.reading import (
    KEY_RATE_PER_MINUTE,
    SIGN_INS_PER_ADDRESS_MAX,
    SIGN_INS_PER_NAME_MAX,
)
from backtrail.serve.auth.deciding import sent_by, who
from backtrail.serve.auth.limiting import Buckets, Left
from backtrail.serve.auth.noting import Refusals
from backtrail.serve.auth.refusals import NotAllowedError, RefusedRequestError, TooOftenError
from backtrail.serve.auth.scopes import Need, Principal
from backtrail.serve.auth.tokens import Keyring
from backtrail.store.accounts.database import Accounts
from backtrail.store.accounts.names import DEFAULT
from backtrail.store.accounts.projects import known_project
from backtrail.store.accounts.rows import Key
from backtrail.store.accounts.secrets import Entropy

PROJECT_HEADER = "x-backtrail-project"
USED_EVERY_NS = 60 * NS_PER_S
"""How exactly it is known when a key was used last."""


class Admitted(Struct, frozen=True, kw_only=True):
    """A request that may go on."""

    principal: Principal | None
    """Only an open route is used by nobody in particular."""
    project: str
    left: Left | None = None
    """`None` where nothing is counted."""


class Gate:
    """Decides about requests; one for a server.

    Args:
        home: the `.backtrail` directory.
        clock: the time.
        is_loopback: whether nobody but this machine can ask.
        entropy: random bytes for what is handed out.
    """

    def __init__(
        self, home: Path, *, clock: Clock, is_loopback: bool = True, entropy: Entropy = os.urandom
    ) -> None:
        self.accounts = Accounts(home)
        self.keyring = Keyring(self.accounts)
        self.clock = clock
        self.entropy = entropy
        self.is_loopback = is_loopback
        self.refusals = Refusals(self.accounts)
        self._requests = Buckets()
        self._sign_ins = Buckets()
        self._used: dict[str, int] = {}
        self._using = Lock()

    def admit(
        self, *, method: str, headers: Headers, need: Need, project: str | None
    ) -> Admitted | BacktrailError:
        """Let a request in, or say why not.

        Args:
            method: GET and such.
            headers: with what says who asks.
            need: what the route asks for.
            project: the one that is named beside the headers, if any.
        """
        sent = sent_by(method, headers, is_secure=not self.is_loopback)
        found = who(
            sent,
            accounts=self.accounts,
            keyring=self.keyring,
            now_unix_ns=self.clock.time_unix_ns(),
            is_loopback=self.is_loopback,
        )
        if isinstance(found, RefusedRequestError):
            if need is Need.OPEN:
                return Admitted(principal=None, project=DEFAULT)
            return found
        return self._let_in(found, need, project or headers.get(PROJECT_HEADER))

    def note_use(self, key: Key) -> None:
        """Remember that a key is used, on the disk now and then."""
        now = self.clock.time_unix_ns()
        with self._using:
            if now - self._used.get(key.key_id, 0) < USED_EVERY_NS:
                return
            self._used[key.key_id] = now
        with self.accounts.writing() as writing:
            writing.run("note_use", key_id=key.key_id, last_used_unix_ns=now)

    def is_use_due(self, key: Key) -> bool:
        """Tell whether `note_use` would write."""
        return self.clock.time_unix_ns() - self._used.get(key.key_id, 0) >= USED_EVERY_NS

    def begin_try(self, address: str, name: str | None = None) -> None:
        """Count a sign-in; `end_try` takes it back when it went well.

        Raises:
            TooOftenError: too many have failed lately.
        """
        for whose, size, per_minute in _tries(address, name):
            left = self._sign_ins.take(
                whose, size=size, per_minute=per_minute, now_ns=self.clock.monotonic_ns()
            )
            if not left.is_allowed:
                raise TooOftenError(
                    "too many sign-ins have failed",
                    hint=f"wait {left.retry_after_s} s",
                    retry_after_s=left.retry_after_s,
                )

    def end_try(self, address: str, name: str | None = None) -> None:
        """Take back what `begin_try` counted."""
        for whose, _, _ in _tries(address, name):
            self._sign_ins.give_back(whose)

    def close(self) -> None:
        """Note what is left to note, and let go of the accounts."""
        self.refusals.close(self.clock.time_unix_ns())
        self.accounts.close()

    def _let_in(self, found: Principal, need: Need, named: str | None) -> Admitted | BacktrailError:
        left = self._left(found)
        if left is not None and not left.is_allowed:
            return _too_often(found, left)
        try:
            chosen = self._chosen(found, named)
        except NotFoundError as error:
            return error
        if chosen is not None and found.may(need, chosen):
            return Admitted(principal=found, project=chosen, left=left)
        if need is Need.OPEN:
            return Admitted(principal=None, project=DEFAULT, left=left)
        return _not_allowed(found, need, chosen or named or "")

    def _chosen(self, principal: Principal, named: str | None) -> str | None:
        """Return the project that is asked about; `None` when it is none of theirs."""
        chosen = named or principal.own_project
        if principal.is_everybody or (principal.user is not None and principal.is_owner):
            return known_project(self.accounts, chosen)
        # Whether there is such a project is told only to those who have a role in it.
        is_theirs = chosen == principal.own_project or bool(principal.scopes(chosen))
        return chosen if is_theirs else None

    def _left(self, principal: Principal) -> Left | None:
        if principal.is_everybody:
            return None
        rate = KEY_RATE_PER_MINUTE if principal.key is None else principal.key.rate_per_minute
        return self._requests.take(
            principal.name, size=rate, per_minute=rate, now_ns=self.clock.monotonic_ns()
        )


def _too_often(principal: Principal, left: Left) -> TooOftenError:
    error = TooOftenError(
        f"{principal.name} asks more often than {left.limit} times a minute",
        hint=f"wait {left.retry_after_s} s; a key may have another rate",
        retry_after_s=left.retry_after_s,
        limits=left.headers,
    )
    error.actor = principal.name
    return error


def _not_allowed(principal: Principal, need: Need, project: str) -> NotAllowedError:
    error = NotAllowedError(
        f"{principal.name} has no right to that in project {project[:80]!r}",
        hint=f"it needs {need.value}",
    )
    error.actor = principal.name
    return error


def _tries(address: str, name: str | None) -> list[tuple[str, int, float]]:
    """Return whose tries are counted, how many there are, and how many more a minute."""
    by_address = (f"address {address}", SIGN_INS_PER_ADDRESS_MAX, 2.0)
    if name is None:
        return [by_address]
    return [by_address, (f"name {name}", SIGN_INS_PER_NAME_MAX, 1.0)]
