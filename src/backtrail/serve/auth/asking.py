"""What a route about accounts is told of a request: by whom, from where, and when."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from msgspec import Struct
from starlette.requests import Request

from backtrail.serve.auth.gate import Gate
from backtrail.serve.auth.refusals import NotAllowedError, TooOftenError
from backtrail.serve.auth.scopes import Principal
from backtrail.store.accounts.auditing import note
from backtrail.store.accounts.database import Accounts, Writing
from backtrail.store.accounts.names import DEFAULT
from backtrail.store.accounts.projects import known_project


class Asked(Struct, frozen=True, kw_only=True):
    """A request that was let in."""

    gate: Gate
    by: Principal | None
    project: str
    address: str
    now_unix_ns: int

    @property
    def accounts(self) -> Accounts:
        """The accounts of the server."""
        return self.gate.accounts

    @property
    def principal(self) -> Principal:
        """Who asks, on a route that is not open."""
        assert self.by is not None, "an open route"
        return self.by

    def note(
        self, writing: Writing, action: str, *, about: str, actor: str = "", project: str = ""
    ) -> None:
        """Note what is done, in the transaction that does it."""
        note(
            writing,
            now_unix_ns=self.now_unix_ns,
            action=action,
            actor=actor or (self.by.name if self.by else "nobody"),
            about=about,
            address=self.address,
            project=project or None,
        )

    def begin_try(self, name: str | None = None) -> None:
        """Count a sign-in, as the gate does; note one that comes too often.

        Raises:
            TooOftenError: too many have failed lately.
        """
        try:
            self.gate.begin_try(self.address, name)
        except TooOftenError:
            self._note_refusal("to sign in: too many tries")
            raise

    def _note_refusal(self, about: str) -> None:
        self.gate.refusals.add(
            now_unix_ns=self.now_unix_ns,
            actor=self.by.name if self.by else "nobody",
            about=about,
            address=self.address,
        )

    def administered(self, project: str | None) -> str:
        """Return a project in which they may administer; that of the request unless one is named.

        Raises:
            NotAllowedError: they may not.
            NotFoundError: there is no such project.
        """
        chosen = project or self.project
        if not self.principal.is_owner and "admin" not in self.principal.scopes(chosen):
            self._note_refusal("to administer another project")
            raise NotAllowedError(
                f"{self.principal.name} may not administer project {chosen[:80]!r}",
                hint=f"ask an admin of {chosen[:80]!r} or of {DEFAULT!r}",
            )
        return known_project(self.accounts, chosen)


def _asked(request: Request) -> Asked:
    gate: Gate = request.app.state.gate
    return Asked(
        gate=gate,
        by=request.state.principal,
        project=request.state.project,
        address=request.client.host if request.client else "",
        now_unix_ns=gate.clock.time_unix_ns(),
    )


Asks = Annotated[Asked, Depends(_asked)]
"""A parameter of a route by which it is told who asks."""
