from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import INGEST_GROUP_BYTES_MAX
from backtrail.serve.journal.grouping import Grouping, Handed

FOLDER = Path("journal")
Group = list[Handed[str, str]]


class Written:
    """Groups that were written; the first one waits until it may."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.bytes: list[int] = []
        self.is_ended = False
        self.begun, self.may = Event(), Event()

    def commit(self, group: Group) -> None:
        """Write a group."""
        self.begun.set()
        self.may.wait(10)
        self.groups.append([handed.work for handed in group])
        for handed in group:
            if handed.work == "full":
                raise OSError(28, "No space left on device")
            handed.future.set_result(handed.work.upper())

    def end(self) -> None:
        """Write nothing more."""
        self.is_ended = True


@contextmanager
def grouping(written: Written) -> Iterator[Grouping[str, str]]:
    made: Grouping[str, str] = Grouping(
        FOLDER, commit=written.commit, told=written.bytes.append, end=written.end
    )
    made.start()
    yield made
    written.may.set()
    made.close()


def test_what_came_while_a_group_was_written_is_the_next_group() -> None:
    written = Written()
    with grouping(written) as groups:
        first = groups.submit("first", 1)
        assert written.begun.wait(10)
        more = [groups.submit(name, 2) for name in ("one", "two", "three")]
        written.may.set()
        assert [future.result(10) for future in (first, *more)] == ["FIRST", "ONE", "TWO", "THREE"]
    assert written.groups == [["first"], ["one", "two", "three"]]
    assert written.bytes == [1, 6]
    assert written.is_ended


def test_a_group_is_bounded_but_one_that_is_large_goes_alone() -> None:
    written = Written()
    with grouping(written) as groups:
        groups.submit("first", 1)
        assert written.begun.wait(10)
        large = INGEST_GROUP_BYTES_MAX + 1
        futures = [groups.submit(name, size) for name, size in (("a", 1), ("b", large), ("c", 1))]
        written.may.set()
        assert [future.result(10) for future in futures] == ["A", "B", "C"]
    assert written.groups == [["first"], ["a"], ["b"], ["c"]]


def test_of_a_group_that_cannot_be_written_all_who_still_wait_are_told() -> None:
    written = Written()
    written.may.set()
    with grouping(written) as groups:
        with pytest.raises(StoreError, match="journal cannot be written: No space left") as caught:
            groups.submit("full", 1).result(10)
        assert caught.value.hint is not None
        assert groups.submit("later", 1).result(10) == "LATER"
        assert groups.failures == 1


def test_nothing_is_taken_after_the_end() -> None:
    written = Written()
    with grouping(written) as groups:
        pass
    with pytest.raises(StoreError, match="the server is stopping"):
        groups.submit("late", 1).result(10)
