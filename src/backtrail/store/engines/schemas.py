"""Schemas of PostgreSQL: where the catalogue of a `.backtrail` directory is, and its format.

The directory has a number of its own in `store.id`, so that two projects of one name, or two
machines with one path, never share a schema: each journal is indexed by those that can read it.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from backtrail.model.errors import NewerFormatError, StoreError
from backtrail.model.version import __version__
from backtrail.store.engines import connections
from backtrail.store.engines.address import Address
from backtrail.store.engines.connections import Connection, translated
from backtrail.store.engines.postgres import PostgresEngine
from backtrail.store.engines.protocol import Format
from backtrail.store.engines.statements import statements, with_types
from backtrail.store.engines.texts import functions

ID_FILE = "store.id"
_ID = re.compile(r"[0-9a-f]{16}\Z")
_NAME_CHARS_MAX = 24
"""Of the project's name in the schema's, whose limit is 63."""
_SQL = statements("postgres")


class PostgresPlace(Struct, frozen=True, kw_only=True):
    """A schema of a database."""

    address: Address
    schema: str
    format: Format

    @classmethod
    def of(cls, store: str, *, home: Path, wanted: Format) -> PostgresPlace:
        """Return where the catalogue of a directory is, by the setting `store`.

        Raises:
            UsageError: the setting is no address.
            StoreError: the directory has no number yet and cannot be given one.
        """
        address = Address.of(store)
        return cls(address=address, schema=schema_name(home), format=wanted)

    def open(self) -> PostgresEngine:
        """Open the schema; what is not there is made, and what is older is brought up."""
        return self._opened(self.schema)

    def draft(self) -> PostgresEngine:
        """Make an empty schema beside it."""
        return self._opened(self._draft)

    def drop_draft(self) -> None:
        """Remove the schema that stands beside it, if one does."""
        connection = self._connected(self.schema)
        with translated(self.address, connection, self.schema):
            connection.execute(f'DROP SCHEMA IF EXISTS "{self._draft}" CASCADE'.encode())
        connections.let_go(connection, self.address, self.schema)

    def replace_damaged(self) -> str:
        """Rename the damaged schema, give its name to the draft, and return where it is."""
        connection = connections.made(self.address, self.schema)
        with translated(self.address, connection, self.schema), connection:
            rows = connection.execute("SELECT nspname::text FROM pg_namespace", binary=True)
            known = {row[0] for row in rows}
            number = 1
            while (aside := f"{self.schema}_damaged_{number}") in known:
                number += 1
            connection.execute(
                f'ALTER SCHEMA "{self.schema}" RENAME TO "{aside}";'
                f'ALTER SCHEMA "{self._draft}" RENAME TO "{self.schema}"'.encode()
            )
        return f"schema {aside} of {self.address.shown}"

    @property
    def _draft(self) -> str:
        return f"{self.schema}_building"

    def _connected(self, schema: str) -> Connection:
        return connections.taken(self.address, schema) or connections.made(self.address, schema)

    def _opened(self, schema: str) -> PostgresEngine:
        connection = self._connected(schema)
        engine = PostgresEngine(connection, address=self.address, schema=schema)
        try:
            with translated(self.address, connection, schema):
                migrate(engine, connection, self.format)
        except BaseException:
            connection.close()
            raise
        return engine


def migrate(engine: PostgresEngine, connection: Connection, wanted: Format) -> None:
    """Bring a schema to a format, one step at a time, each of them whole.

    Raises:
        NewerFormatError: it is beyond that version.
    """
    found = _version(connection)
    if found > wanted.version:
        writer = engine.row("meta", {"name": "writer"})
        raise NewerFormatError(
            f"{engine.place} has catalogue format {found}, this program reads up to "
            f"{wanted.version}",
            hint=f"pip install --upgrade 'backtrail>={writer[0] if writer else __version__}'",
        )
    while found < wanted.version:
        with engine.writing():
            found = _version(connection)
            if not found:
                _make(engine, connection)
                found = wanted.version
            elif found < wanted.version:
                engine.run_script(with_types(wanted.steps[found]))
                found += 1
            engine.run("set_meta", {"name": "writer", "value": __version__})
            engine.run("set_meta", {"name": "format", "value": str(found)})


def schema_name(home: Path) -> str:
    """Return the schema of a directory: its project's name, and a number of its own.

    Raises:
        StoreError: it has no number, and cannot be given one.
    """
    name = re.sub(r"[^a-z0-9]+", "_", home.absolute().parent.name.lower()).strip("_")
    return f"backtrail_{name[:_NAME_CHARS_MAX] or 'project'}_{_number_of(home)}"


def _number_of(home: Path) -> str:
    path = home / ID_FILE
    try:
        if not path.exists():
            draft = path.with_name(f"{ID_FILE}.new-{os.getpid()}-{secrets.token_hex(4)}")
            draft.write_text(secrets.token_hex(8) + "\n")
            with suppress(FileExistsError):
                # Whoever comes first gives the number.
                os.link(draft, path)
            draft.unlink()
        number = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(
            f"{path}, which names the schema of this store, cannot be read or written: {error}",
            hint="look at the directory's owner and permissions",
        ) from error
    if not _ID.match(number):
        raise StoreError(
            f"{path} does not name a schema", hint="write 16 hexadecimal digits, or delete it"
        )
    return number


def _version(connection: Connection) -> int:
    found = connection.execute(_HAS_META).fetchone()
    if found is None or found[0] is None:
        return 0
    row = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
    return int(row[0]) if row else 0


def _make(engine: PostgresEngine, connection: Connection) -> None:
    encoding = connection.execute("SHOW server_encoding").fetchone()
    if encoding is not None and encoding[0] != "UTF8":
        raise StoreError(
            f"{engine.place} holds texts as {encoding[0]}", hint="make a database with UTF8"
        )
    engine.run_script(f'CREATE SCHEMA "{engine.schema}"')
    engine.run_script(functions() + _SQL.schema + _SQL.summaries)


_HAS_META = "SELECT to_regclass('meta')::text FROM pg_namespace LIMIT 1"
"""Looks for the table after the list of schemas was read: one that another program has just made is
not known before."""
