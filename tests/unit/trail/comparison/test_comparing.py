from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import builders
import sample_store
import sample_views
from backtrail.model.errors import NotFoundError
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.comparison import comparing, steps
from backtrail.trail.comparison.comparing import compare
from backtrail.trail.comparison.difference import Comparison
from builders import line
from sample_views import BAD, GOOD, MS

LEFT, RIGHT = builders.trace_id(61), builders.trace_id(62)


@contextmanager
def opened(home: Path) -> Iterator[Catalog]:
    with Catalog.open(home) as catalog:
        refresh(catalog)
        yield catalog


def compared(tmp_path: Path, left: list[bytes], right: list[bytes]) -> Comparison:
    """Compare two traces of a process each."""
    home = tmp_path / ".backtrail"
    for number, trace, lines in ((61, LEFT, left), (62, RIGHT, right)):
        began = builders.process_started(trace)
        ended = line("process.ended", trace, t=10**12)
        builders.write_segment(home, builders.process_id(number), [began, *lines, ended])
    with opened(home) as catalog:
        return compare(catalog, LEFT, RIGHT)


def debug(trace: str, at: int, action: str, thread: str | None = None, **attributes: Any) -> bytes:
    return line(
        "debug.recorded", trace, t=at * MS, thread=thread, context="till", action=action,
        attributes=attributes,
    )  # fmt: skip


def test_two_runs_are_laid_beside_one_another(tmp_path: Path) -> None:
    with opened(sample_views.write_pair(tmp_path)) as catalog:
        found = compare(catalog, GOOD, BAD)
    assert found.is_same_operation
    assert (found.left.status, found.right.status) == ("ok", "error")
    assert found.right.errors == ["TypeError: no price"]
    assert [(one.path, one.left_value, one.right_value) for one in found.changed] == [
        ("response_body.price", 30, None)
    ]
    assert [one.text for one in found.missing] == ["add_up total=30 (till)"]
    assert [one.kind for one in found.extra] == ["error.raised"]
    assert {(one.sort, one.name) for one in found.slower} == {
        ("http", "GET http://127.0.0.1/price"), ("span", "price"),
    }  # fmt: skip
    assert found.first_divergence is not None
    assert found.first_divergence.what == "changed"


def test_threads_that_take_turns_otherwise_make_no_difference(tmp_path: Path) -> None:
    turns = [("a", "x:1"), ("b", "y:2"), ("c", "x:1"), ("d", "y:2")]
    left = [debug(LEFT, at, name, who) for at, (name, who) in enumerate(turns, 1)]
    others = [turns[1], turns[3], turns[0], turns[2]]
    right = [debug(RIGHT, at, name, who) for at, (name, who) in enumerate(others, 1)]
    found = compared(tmp_path, left, right)
    assert (found.first_divergence, found.likeness) == (None, 1.0)


def test_workers_of_a_pool_may_take_one_anothers_work(tmp_path: Path) -> None:
    left = [debug(LEFT, 1, "work", "pool-1_0:1", n=1), debug(LEFT, 2, "work", "pool-1_1:2", n=2)]
    right = [debug(RIGHT, 1, "work", "pool-1_0:1", n=1), debug(RIGHT, 2, "work", "pool-1_0:1", n=2)]
    assert compared(tmp_path, left, right).first_divergence is None


def test_a_round_more_of_a_loop_is_the_only_difference(tmp_path: Path) -> None:
    left = [debug(LEFT, at, "row", n=at) for at in range(1, 20) if at != 7]
    right = [debug(RIGHT, at, "row", n=at) for at in range(1, 20)]
    found = compared(tmp_path, left, right)
    assert (found.changed, found.missing) == ([], [])
    assert [one.text for one in found.extra] == ["row n=7 (till)"]
    assert found.first_divergence is not None
    assert (found.first_divergence.what, found.first_divergence.steps_alike) == ("extra", 6)


def test_what_is_no_run_of_the_same_is_said_to_be_none(tmp_path: Path) -> None:
    left = [debug(LEFT, at, f"bake_{at}") for at in range(9)]
    right = [debug(RIGHT, at, f"sew_{at}") for at in range(9)]
    found = compared(tmp_path, left, right)
    assert (found.is_same_operation, found.likeness) == (False, 0.0)
    assert "do not look like runs of one operation: 0% of the steps" in found.notes[0]


def test_traces_of_other_names_may_be_one_operation(tmp_path: Path) -> None:
    home = tmp_path / ".backtrail"
    for number, trace in ((61, LEFT), (62, RIGHT)):
        lines = [debug(trace, at, f"bake_{at}") for at in range(9)]
        began = builders.process_started(trace, argv=["bake.py", str(number)])
        builders.write_segment(home, builders.process_id(number), [began, *lines])
    with opened(home) as catalog:
        assert compare(catalog, LEFT, RIGHT).is_same_operation


def test_a_trace_without_steps_says_so(tmp_path: Path) -> None:
    found = compared(tmp_path, [], [])
    assert found.first_divergence is None
    assert [note for note in found.notes if "holds nothing that could be compared" in note] == [
        "the left trace holds nothing that could be compared",
        "the right trace holds nothing that could be compared",
    ]


def test_a_trace_is_the_same_as_itself(tmp_path: Path) -> None:
    with opened(sample_store.write_store(tmp_path)) as catalog:
        found = compare(catalog, sample_store.FAILED, sample_store.FAILED)
    assert (found.first_divergence, found.slower) == (None, [])
    assert found.notes == ["both are the same trace"]


def test_what_is_cut_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "DIFFERENCES_MAX", 2)
    monkeypatch.setattr(steps, "COMPARED_STEPS_MAX", 6)
    left = [debug(LEFT, at, "row", n=at) for at in range(1, 9)]
    right = [debug(RIGHT, at, "row", n=-at) for at in range(1, 9)]
    found = compared(tmp_path, left, right)
    assert len(found.changed) == 2
    assert "of the left trace 2 steps were not compared: it is too long" in found.notes
    assert "4 further changed values are not listed" in found.notes


def test_an_unknown_trace_is_not_found(tmp_path: Path) -> None:
    with (
        opened(sample_views.write_pair(tmp_path)) as catalog,
        pytest.raises(NotFoundError),
    ):
        compare(catalog, GOOD, builders.trace_id(404))
