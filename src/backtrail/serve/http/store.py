"""The store as the server reads it: brought up to date now and then, not for every request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from backtrail.model.clock import NS_PER_S
from backtrail.serve.opening import Project
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh

FRESH_NS = NS_PER_S // 5
"""What was recorded up to so long before a request may not be in its answer."""


class Store:
    """The recordings of a project, for many requests at once.

    Args:
        project: which one.
        is_indexing: tells whether another thread is at it: then no request waits to do the same.
    """

    def __init__(
        self, project: Project, *, is_indexing: Callable[[], bool] = lambda: False
    ) -> None:
        self.project = project
        self._is_indexing = is_indexing
        self._refreshing = Lock()
        self._refreshed_ns: int | None = None

    @contextmanager
    def opened(self) -> Iterator[Catalog]:
        """Give the catalogue, with what running programs have recorded up to a moment ago."""
        project = self.project
        with Catalog.open(project.home, must_exist=False, store=project.store) as catalog:
            self._refresh(catalog)
            yield catalog

    def _refresh(self, catalog: Catalog) -> None:
        """Index what is new, unless that is being done or was done just now."""
        now = self.project.clock.monotonic_ns
        is_first = self._refreshed_ns is None
        if self._refreshed_ns is not None and now() - self._refreshed_ns < FRESH_NS:
            return
        if not is_first and self._is_indexing():
            return
        # The first answer waits for what there is; later ones take what there is by then.
        if self._refreshing.acquire(blocking=is_first):
            try:
                refresh(catalog)
                self._refreshed_ns = now()
            finally:
                self._refreshing.release()


def _of(request: Request) -> Store:
    store: Store = request.state.store
    return store


Reads = Annotated[Store, Depends(_of)]
"""A parameter of a route by which it is given the store of the project that is asked about."""
