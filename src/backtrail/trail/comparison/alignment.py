"""Two sequences laid beside one another, so that as much as possible stands beside its like."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

Pair = tuple[int, int]
CELLS_MAX = 60_000
"""Pairs that are looked at one by one; longer stretches are paired in the order of occurrence."""


def aligned(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[Pair]:
    """Return indices of equal items that stand beside one another, ascending on both sides.

    What both have once only is found first, and holds what lies between in its place; so that an
    insertion moves nothing behind it. The time that it takes grows little faster than the input.
    """
    pairs: list[Pair] = []
    waiting = [(0, len(left), 0, len(right))]
    while waiting:
        low, high, from_, until = waiting.pop()
        while low < high and from_ < until and left[low] == right[from_]:
            pairs.append((low, from_))
            low, from_ = low + 1, from_ + 1
        while low < high and from_ < until and left[high - 1] == right[until - 1]:
            high, until = high - 1, until - 1
            pairs.append((high, until))
        if low == high or from_ == until:
            continue
        anchors = _anchors(left, right, (low, high, from_, until))
        if anchors:
            pairs.extend(anchors)
            waiting.extend(_between(anchors, (low, high, from_, until)))
        else:
            pairs.extend(_rest(left[low:high], right[from_:until], low, from_))
    return sorted(pairs)


def aligned_twice(
    exact: tuple[Sequence[Hashable], Sequence[Hashable]],
    alike: tuple[Sequence[Hashable], Sequence[Hashable]],
) -> list[Pair]:
    """Align what is equal first, and between that, what is only alike.

    Args:
        exact: what must be equal of each item, left and right.
        alike: what must be equal for two items to be of one sort, left and right.
    """
    firm = aligned(*exact)
    pairs = list(firm)
    whole = (0, len(alike[0]), 0, len(alike[1]))
    for low, high, from_, until in _between(firm, whole):
        inner = aligned(alike[0][low:high], alike[1][from_:until])
        pairs.extend((low + one, from_ + other) for one, other in inner)
    return sorted(pairs)


_Window = tuple[int, int, int, int]


def _between(pairs: Sequence[Pair], window: _Window) -> Iterator[_Window]:
    """Yield the stretches between pairs in which both sides have something."""
    low, high, from_, until = window
    for one, other in [*pairs, (high, until)]:
        if one > low and other > from_:
            yield low, one, from_, other
        low, from_ = one + 1, other + 1


def _anchors(left: Sequence[Hashable], right: Sequence[Hashable], window: _Window) -> list[Pair]:
    """Pair the items that each side has exactly once, as many as keep their order."""
    low, high, from_, until = window
    ours = _once(left, low, high)
    theirs = _once(right, from_, until)
    pairs = [(index, theirs[item]) for item, index in ours.items() if item in theirs]
    return _ascending(pairs)


def _once(items: Sequence[Hashable], low: int, high: int) -> dict[Hashable, int]:
    found: dict[Hashable, int] = {}
    often: set[Hashable] = set()
    for index in range(low, high):
        item = items[index]
        if item in found:
            often.add(item)
        found[item] = index
    return {item: index for item, index in found.items() if item not in often}


def _ascending(pairs: list[Pair]) -> list[Pair]:
    """Return the longest part of pairs, which ascend on the left, that ascends on the right too."""
    ends: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for number, (_, other) in enumerate(pairs):
        at = bisect_left(ends, other)
        before.append(places[at - 1] if at else -1)
        if at == len(ends):
            ends.append(other)
            places.append(number)
        else:
            ends[at], places[at] = other, number
    kept: list[Pair] = []
    number = places[-1] if places else -1
    while number >= 0:
        kept.append(pairs[number])
        number = before[number]
    return kept[::-1]


def _rest(
    left: Sequence[Hashable], right: Sequence[Hashable], low: int, from_: int
) -> Iterator[Pair]:
    if len(left) * len(right) <= CELLS_MAX:
        matcher = SequenceMatcher(None, left, right, autojunk=False)
        for one, other, size in matcher.get_matching_blocks():
            for step in range(size):
                yield low + one + step, from_ + other + step
        return
    for one, other in _ascending(_by_occurrence(left, right)):
        yield low + one, from_ + other


def _by_occurrence(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[Pair]:
    """Pair the first of each item with the first, the second with the second, and so on."""
    places: dict[Hashable, list[int]] = {}
    for index, item in enumerate(right):
        places.setdefault(item, []).append(index)
    used: dict[Hashable, int] = {}
    pairs = []
    for index, item in enumerate(left):
        number = used.get(item, 0)
        if number < len(places.get(item, ())):
            pairs.append((index, places[item][number]))
            used[item] = number + 1
    return pairs
