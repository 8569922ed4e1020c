"""Opens the store for one question: all that has been recorded up to that moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from backtrail.model.clock import Clock
from backtrail.model.errors import NotFoundError
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh


class Project(Struct, frozen=True, kw_only=True):
    """The project that questions are about."""

    home: Path
    """The `.backtrail` directory; it may not be there yet."""
    clock: Clock
    store: str | None = None
    """The setting of that name: where the catalogue is kept; `None` is in the directory."""
    has_sources: bool = True
    """Whether the files that recordings name are this machine's, and may be shown."""

    @property
    def folder(self) -> Path:
        """The folder whose programs are recorded here."""
        return self.home.parent


@contextmanager
def opened(project: Project) -> Iterator[Catalog]:
    """Give the catalogue, brought up to what running programs have recorded.

    Raises:
        NotFoundError: nothing has been recorded yet.
    """
    if not project.home.is_dir():
        raise NotFoundError(
            f"nothing is recorded here: there is no {project.home}",
            hint="`backtrail run -- python app.py` records a program",
        )
    with Catalog.open(project.home, store=project.store) as catalog:
        refresh(catalog)
        yield catalog
