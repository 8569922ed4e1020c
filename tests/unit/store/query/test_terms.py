from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from backtrail.store.query.patterns import literal
from backtrail.store.query.terms import (
    EVERYTHING,
    All,
    Either,
    Leaf,
    Not,
    Term,
    Tree,
    all_of,
    decided,
    leaves,
    mapped,
)

NAMES = ("a", "b", "c")
TREES: st.SearchStrategy[Tree[str]] = st.recursive(
    st.sampled_from(NAMES).map(Leaf),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Either(tuple(parts))),
    ),
    max_leaves=8,
)


def met(tree: Tree[str], known: dict[str, bool]) -> bool:
    if isinstance(tree, Leaf):
        return known[tree.what]
    if isinstance(tree, Not):
        return not met(tree.part, known)
    join = all if isinstance(tree, All) else any
    return join([met(part, known) for part in tree.parts])


@given(tree=TREES, known=st.dictionaries(st.sampled_from(NAMES), st.booleans()))
def test_what_is_decided_stays_so_whatever_the_rest_turns_out_to_be(
    tree: Tree[str], known: dict[str, bool]
) -> None:
    told = decided(tree, known)
    unknown = [name for name in NAMES if name not in known]
    outcomes = {
        met(tree, known | dict(zip(unknown, rest, strict=True)))
        for rest in itertools.product([True, False], repeat=len(unknown))
    }
    if told is None:
        assert unknown
    else:
        assert outcomes == {told}


@given(tree=TREES)
def test_leaves_are_changed_one_by_one(tree: Tree[str]) -> None:
    changed = mapped(tree, lambda name: Leaf(name.upper()))
    assert list(leaves(changed)) == [name.upper() for name in leaves(tree)]
    assert mapped(tree, Leaf) == tree


def test_joining_leaves_out_what_asks_for_nothing() -> None:
    term = Leaf(Term(field="name", value=literal("a")))
    assert all_of(EVERYTHING, term) == term
    assert all_of(EVERYTHING) == EVERYTHING
    assert all_of(term, term) == All((term, term))
    assert decided(EVERYTHING, {}) is True
