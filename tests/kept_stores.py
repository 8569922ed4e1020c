"""A `.backtrail` directory whose catalogue is kept by any engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backtrail.store.catalog import Catalog, catalog_format
from backtrail.store.engines.choosing import place_of
from backtrail.store.engines.protocol import Engine, Format
from backtrail.store.indexer import refresh


class Kept:
    """A `.backtrail` directory, and where its catalogue is kept."""

    def __init__(self, home: Path, store: str | None) -> None:
        self.home = home
        self.store = store

    def open(self) -> Catalog:
        """Open the catalogue as it stands."""
        return Catalog.open(self.home, store=self.store)

    @contextmanager
    def indexed(self) -> Iterator[Catalog]:
        """Give the catalogue with all that the journal holds."""
        with self.open() as catalog:
            refresh(catalog)
            yield catalog

    def engine(self, wanted: Format) -> Engine:
        """Open the engine for a catalogue of another format."""
        return place_of(self.home, self.store, wanted).open()

    @property
    def version(self) -> int:
        """The format that this program writes."""
        return catalog_format().version
