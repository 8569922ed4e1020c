"""What the store asks of an engine, whichever database that is.

An engine MUST answer every statement of `sql/` by its name with the rows that SQLite gives: texts
compare by their code points, whatever the database's language; a text comes back as it went in,
with any character; a number is whole wherever it was. What is written inside of `writing` takes
effect at once or not at all, and no other program writes meanwhile. An engine MAY hold rows back
inside of `writing`, as long as no statement misses them. It raises what `model.errors` has, and
names no password.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self

from msgspec import Struct

Steps = Mapping[int, str]
"""The name of the statements that take a catalogue from each version to the one after it."""


class Format(Struct, frozen=True, kw_only=True):
    """What a catalogue of this program looks like."""

    version: int
    steps: Mapping[int, str]
    """SQL that takes a catalogue from each version to the one after it."""


class Row(Protocol):
    """One row of an answer, by the name of a column or by its number."""

    def __getitem__(self, key: int | str, /) -> Any: ...  # noqa: ANN401 - as SQL has it

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...

    def keys(self) -> list[str]:
        """Return the names of the columns."""
        ...


class Engine(Protocol):
    """An open catalogue."""

    name: str
    """`SQLite`, `PostgreSQL`."""
    place: str
    """Where the catalogue is, for people; without a password."""
    note: str | None
    """Why the catalogue is only held in memory; `None` when it is kept."""
    clauses: Mapping[str, str]
    """Conditions of a frame, by name."""

    def close(self) -> None:
        """Let go of it."""
        ...

    def rows(self, query: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Return all rows that a named query gives."""
        ...

    def row(self, query: str, parameters: Mapping[str, Any]) -> Row | None:
        """Return the first row that a named query gives."""
        ...

    def search(
        self, frame: str, *, where: str, leaves: Sequence[str], parameters: Mapping[str, Any]
    ) -> list[Row]:
        """Return the rows of a frame that meet a condition, with each leaf's answer in `leaf_N`."""
        ...

    def run(self, statement: str, parameters: Mapping[str, Any]) -> int:
        """Run a named statement and return how many rows it changed."""
        ...

    def run_many(self, statement: str, parameters: Iterable[Any]) -> None:
        """Run a named statement once for each set of parameters."""
        ...

    def run_script(self, sql: str) -> None:
        """Run statements one by one inside the transaction that is open."""
        ...

    def remake_summaries(self) -> None:
        """Drop and make every table that is computed from blocks, in the open transaction."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Make all that is written inside take effect at once, or not at all."""
        ...

    def give_back(self) -> None:
        """Return to the disk the space of what was deleted."""
        ...

    def damage(self) -> str | None:
        """Return what is wrong with what is kept; `None` when it is sound."""
        ...

    def size_bytes(self) -> int:
        """Return what it takes on the disk."""
        ...

    def take_over(self, other: Self) -> None:
        """Become a copy of another one, at once or not at all, whoever has this one open."""
        ...


class EnginePlace(Protocol):
    """Where a project's catalogue is, or would be."""

    def open(self) -> Engine:
        """Open what is there; what is not there is made, and what is older is brought up."""
        ...

    def draft(self) -> Engine:
        """Make an empty catalogue beside it."""
        ...

    def drop_draft(self) -> None:
        """Remove what stands beside it, if anything does."""
        ...

    def replace_damaged(self) -> str:
        """Put the draft in its place and return where the damaged one is set aside."""
        ...
