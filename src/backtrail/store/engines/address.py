"""The address of a PostgreSQL database, as the setting `store` has it."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from backtrail.model.errors import UsageError

_PASSED_ON = frozenset(
    {"host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout"}
)
"""What may stand behind the question mark; libpq has the meaning of each."""
_HINT = "write it as postgresql://user@host:5432/database"


class Address(Struct, frozen=True, kw_only=True):
    """Where a database is, and as whom it is entered."""

    parameters: tuple[tuple[str, str], ...]
    """As libpq calls them, without the password."""
    password: str | None = None

    @classmethod
    def of(cls, url: str) -> Address:
        """Read an address.

        Raises:
            UsageError: it cannot be read; the password is not in the message.
        """
        try:
            parts = urlsplit(url)
            given = {"host": parts.hostname, "user": parts.username, "port": parts.port}
        except ValueError as error:
            raise UsageError("the setting store is no address", hint=_HINT) from error
        parameters = {name: unquote(str(value)) for name, value in given.items() if value}
        if database := unquote(parts.path.removeprefix("/")):
            parameters["dbname"] = database
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            if name not in _PASSED_ON:
                raise UsageError(
                    f"the address in the setting store has {name[:20]!r} behind its question mark",
                    hint=f"use none but {', '.join(sorted(_PASSED_ON))}",
                )
            parameters[name] = value
        if "dbname" not in parameters:
            raise UsageError("the setting store names no database", hint=_HINT)
        password = None if parts.password is None else unquote(parts.password)
        return cls(parameters=tuple(parameters.items()), password=password)

    @property
    def shown(self) -> str:
        """The address for people, without the password."""
        known = dict(self.parameters)
        user = f"{known['user']}@" if "user" in known else ""
        port = f":{known['port']}" if "port" in known else ""
        return f"postgresql://{user}{known.get('host', '')}{port}/{known['dbname']}"

    def hidden(self, text: str) -> str:
        """Return a text without the password, should it stand there."""
        return text.replace(self.password, "***") if self.password else text
