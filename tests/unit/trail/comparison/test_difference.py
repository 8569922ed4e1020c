from __future__ import annotations

from backtrail.trail.comparison.difference import ChangedValue, StepShown, first_divergence

ONE = StepShown(event_id="p:1", kind="k", text="one", where=None, after_ms=1.0)
TWO = StepShown(event_id="p:2", kind="k", text="two", where=None, after_ms=2.0)
VALUE = ChangedValue(left=ONE, right=TWO, path="a", left_value=1, right_value=2)


def test_the_earliest_difference_is_the_first() -> None:
    found = first_divergence([(5, VALUE)], [(3, ONE)], [(4.5, TWO)], alike=[0, 1, 2, 4])
    assert found is not None
    assert (found.what, found.left, found.right, found.steps_alike) == ("missing", ONE, None, 3)
    found = first_divergence([(5, VALUE)], [], [(4.5, TWO)], alike=[0, 1, 2, 4, 6])
    assert found is not None
    assert (found.what, found.left, found.right, found.steps_alike) == ("extra", None, TWO, 4)
    found = first_divergence([(5, VALUE)], [], [], alike=[])
    assert found is not None
    assert (found.what, found.path, found.left_value, found.right_value) == ("changed", "a", 1, 2)


def test_without_a_difference_there_is_none() -> None:
    assert first_divergence([], [], [], alike=[1, 2]) is None
