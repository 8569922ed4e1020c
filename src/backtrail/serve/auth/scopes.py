"""What a route needs, who asks, and what they may do in which project."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from backtrail.store.accounts.names import DEFAULT
from backtrail.store.accounts.rows import SCOPES, SCOPES_OF_ROLE, Key, Role, Scope, Session


class Need(Enum):
    """What a route asks of who calls it."""

    OPEN = "nothing"
    SIGNED_IN = "credentials"
    INGEST = "ingest"
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"
    OWNER = "admin in the project default"
    """Users and projects belong to the server, not to one of its projects."""


class Principal(Struct, frozen=True, kw_only=True):
    """Who asks."""

    name: str
    """As it is told in what was done: a user's name, or `key` and its id."""
    user: str | None = None
    key: Key | None = None
    roles: dict[str, Role] = {}
    """Of a user, by project."""
    session: Session | None = None
    is_everybody: bool = False
    """On loopback, while there are no users and keys."""
    csrf: str | None = None
    """What a page has to send beside its cookie; `None` where no cookie was sent."""

    def scopes(self, project: str) -> frozenset[Scope]:
        """Return what they may do in a project."""
        if self.is_everybody:
            return frozenset(SCOPES)
        if self.key is not None:
            return frozenset(self.key.scopes if self.key.project == project else ())
        role = "admin" if self.roles.get(DEFAULT) == "admin" else self.roles.get(project)
        return frozenset() if role is None else SCOPES_OF_ROLE[role]

    @property
    def is_owner(self) -> bool:
        """Whether they may administer the server itself."""
        return "admin" in self.scopes(DEFAULT)

    @property
    def own_project(self) -> str:
        """The project that is meant when none is named."""
        return DEFAULT if self.key is None else self.key.project

    def may(self, need: Need, project: str) -> bool:
        """Tell whether they may use a route in a project."""
        if need in {Need.OPEN, Need.SIGNED_IN}:
            return True
        if need is Need.OWNER:
            return self.is_owner
        return need.value in self.scopes(project)


EVERYBODY = Principal(name="everybody on this machine", is_everybody=True)
