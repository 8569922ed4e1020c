"""What changed between two JSON values, as RFC 6902 JSON Patch.

Only `add`, `remove` and `replace` are made: what was moved is removed here and added there. The
items of a list are matched by what they hold, so that one that was put in front does not make all
that follow look changed; where that would take too long they are matched by their places.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal

import msgspec
from msgspec import Struct

from backtrail.model.limits import PATCH_CELLS_MAX

Json = Any
Operation = dict[str, Json]


class Hidden(str):
    """What stands for a secret: two of them are equal where the secrets are."""

    __slots__ = ("sign",)

    sign: int
    """Of the secret, for comparing; it is never written."""


def _tell_apart(hidden: Hidden) -> list[Json]:
    return [hidden.sign]


_encode = msgspec.json.Encoder(order="sorted", enc_hook=_tell_apart).encode
encode = msgspec.json.Encoder(enc_hook=str).encode
"""Writes a JSON value with what stands for its secrets."""


class Change(Struct, frozen=True):
    """One operation, with what was there before it."""

    op: Literal["add", "remove", "replace"]
    path: str
    before: Json = None
    after: Json = None

    def operation(self) -> Operation:
        """Return it as JSON Patch has it."""
        if self.op == "remove":
            return {"op": self.op, "path": self.path}
        return {"op": self.op, "path": self.path, "value": self.after}


def json_patch(before: Json, after: Json) -> list[Operation]:
    """Return the operations that make one JSON value into the other; none if they are equal."""
    return [change.operation() for change in changes(before, after)]


def changes(before: Json, after: Json, path: str = "") -> Iterator[Change]:
    """Yield, one by one, what makes one JSON value into the other."""
    if type(before) is dict and type(after) is dict:
        yield from _of_objects(before, after, path)
    elif type(before) is list and type(after) is list:
        yield from _of_lists(before, after, path)
    elif not _is_same_leaf(before, after):
        yield Change("replace", path, before, after)


def is_same(one: Json, other: Json) -> bool:
    """Whether two JSON values are the same, down to the types of their numbers."""
    return next(changes(one, other), None) is None


def pointer(path: str, name: str) -> str:
    """Return the path of a member of what is at a path, as RFC 6901 writes it."""
    return f"{path}/{name.replace('~', '~0').replace('/', '~1')}"


def _is_same_leaf(one: Json, other: Json) -> bool:
    if type(one) is not type(other):
        return False
    if type(one) is Hidden:
        return bool(one.sign == other.sign)
    return bool(one == other)


def _of_objects(before: dict[str, Json], after: dict[str, Json], path: str) -> Iterator[Change]:
    for name, value in before.items():
        if name not in after:
            yield Change("remove", pointer(path, name), value)
        elif value is not after[name]:
            yield from changes(value, after[name], pointer(path, name))
    for name, value in after.items():
        if name not in before:
            yield Change("add", pointer(path, name), after=value)


def _of_lists(before: list[Json], after: list[Json], path: str) -> Iterator[Change]:
    """Yield the changes from left to right: what lies before each is by then as it will be."""
    start, from_end = _same_ends(before, after)
    old, new = before[start : len(before) - from_end], after[start : len(after) - from_end]
    corners = [(-1, -1), *_matches(old, new), (len(old), len(new))]
    for (old_start, new_start), (old_end, new_end) in pairwise(corners):
        gone, come = old[old_start + 1 : old_end], new[new_start + 1 : new_end]
        yield from _of_gap(gone, come, path, start + new_start + 1)


def _of_gap(gone: list[Json], come: list[Json], path: str, place: int) -> Iterator[Change]:
    """Yield what makes items that are no more into those that stand at their place."""
    for offset, (one, other) in enumerate(zip(gone, come, strict=False)):
        yield from changes(one, other, f"{path}/{place + offset}")
    for one in gone[len(come) :]:
        yield Change("remove", f"{path}/{place + len(come)}", one)
    for offset in range(len(gone), len(come)):
        yield Change("add", f"{path}/{place + offset}", after=come[offset])


def _same_ends(before: list[Json], after: list[Json]) -> tuple[int, int]:
    """Count the items that both lists begin with, and of the rest those that both end with."""
    shorter = min(len(before), len(after))
    start = 0
    while start < shorter and is_same(before[start], after[start]):
        start += 1
    from_end = 0
    while from_end < shorter - start and is_same(before[-1 - from_end], after[-1 - from_end]):
        from_end += 1
    return start, from_end


def _matches(old: list[Json], new: list[Json]) -> list[tuple[int, int]]:
    """Return places of the longest run of items that both hold in this order."""
    if not old or not new or len(old) * len(new) > PATCH_CELLS_MAX:
        return []
    ones, others = [_sign(item) for item in old], [_sign(item) for item in new]
    # At [i][j]: how many items of both can be matched from there on.
    lengths = [[0] * (len(others) + 1) for _ in range(len(ones) + 1)]
    for i in range(len(ones) - 1, -1, -1):
        row, below = lengths[i], lengths[i + 1]
        for j in range(len(others) - 1, -1, -1):
            is_match = ones[i] == others[j]
            row[j] = below[j + 1] + 1 if is_match else max(below[j], row[j + 1])
    found = []
    i = j = 0
    while i < len(ones) and j < len(others):
        if ones[i] == others[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _sign(item: Json) -> bytes:
    """Return a text that two items share only if they are the same."""
    return bytes(_encode(item))
