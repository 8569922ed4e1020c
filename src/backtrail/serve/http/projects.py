"""The projects of a server: each has a store of its own, and takes what is sent to it alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from msgspec import structs

from backtrail.model.limits.reading import PROJECTS_TAKING_MAX
from backtrail.serve.auth.refusals import TooOftenError
from backtrail.serve.http.store import Store
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.journal.numbers import IngestNumbers
from backtrail.serve.opening import Project
from backtrail.store.accounts.names import DEFAULT, project_home


class _Taking:
    def __init__(self, ingest: Ingest) -> None:
        self.ingest = ingest
        self.users = 0


class Projects:
    """The stores of a server by the names of their projects.

    Args:
        home: the project `default`, which is the home itself.
        ingest: takes what is sent to it; `None` where nothing is taken.
    """

    def __init__(self, home: Project, ingest: Ingest | None) -> None:
        self.home = home
        self.ingest = ingest
        self._stores = {DEFAULT: Store(home, is_indexing=lambda: self._is_indexing(DEFAULT))}
        self._taking: OrderedDict[str, _Taking] = OrderedDict()
        self._lock = Lock()

    def store(self, name: str) -> Store:
        """Return the store of a project that there is."""
        with self._lock:
            found = self._stores.get(name)
            if found is None:
                place = project_home(self.home.home, name)
                project = structs.replace(self.home, home=place, has_sources=False)
                found = self._stores[name] = Store(
                    project, is_indexing=lambda: self._is_indexing(name)
                )
            return found

    @contextmanager
    def taking(self, name: str) -> Iterator[Ingest]:
        """Give what takes for a project; it stays open until the `with` statement is left.

        It is started when it is asked for first. At most `PROJECTS_TAKING_MAX` are open beside that
        of `default`: the one that was asked for longest ago is closed, unless it is in use.

        Raises:
            TooOftenError: all of them are in use.
            RefusedError: another server takes for that project.
            StoreError: its folder cannot be written.
        """
        assert self.ingest is not None, "nothing is taken"
        if name == DEFAULT:
            yield self.ingest
            return
        with self._lock:
            taking = self._taking.get(name) or self._started(name)
            self._taking.move_to_end(name)
            taking.users += 1
        try:
            yield taking.ingest
        finally:
            with self._lock:
                taking.users -= 1

    def _is_indexing(self, name: str) -> bool:
        """Tell whether what was sent to a project is being indexed at the moment."""
        if name == DEFAULT:
            ingest = self.ingest
        else:
            taking = self._taking.get(name)
            ingest = None if taking is None else taking.ingest
        return ingest is not None and ingest.numbers().is_being_indexed

    def numbers(self) -> list[tuple[str, IngestNumbers]]:
        """Return what is counted of each project that takes at the moment."""
        with self._lock:
            taking = [(name, one.ingest) for name, one in self._taking.items()]
        if self.ingest is not None:
            taking.insert(0, (DEFAULT, self.ingest))
        return [(name, ingest.numbers()) for name, ingest in taking]

    def close(self) -> None:
        """Write and index what waits, in all of them."""
        with self._lock:
            for taking in self._taking.values():
                taking.ingest.close()
            self._taking.clear()
        if self.ingest is not None:
            self.ingest.close()

    def _started(self, name: str) -> _Taking:
        if len(self._taking) >= PROJECTS_TAKING_MAX:
            idle = next((each for each, one in self._taking.items() if not one.users), None)
            if idle is None:
                raise TooOftenError(
                    f"{PROJECTS_TAKING_MAX} other projects take what is sent to them",
                    hint="send it again",
                    retry_after_s=5,
                )
            self._taking.pop(idle).ingest.close()
        home = project_home(self.home.home, name)
        home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        ingest = Ingest(home, clock=self.home.clock, store=self.home.store)
        ingest.start()
        taking = self._taking[name] = _Taking(ingest)
        return taking
