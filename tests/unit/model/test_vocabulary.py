from __future__ import annotations

import re
from typing import get_args

import msgspec
import pytest

from backtrail.model.event import ENVELOPE, Body
from backtrail.model.vocabulary import KINDS, SHAPES

BODIES = sorted(KINDS.values(), key=lambda body: body.__name__)


def test_a_kind_says_what_happened_to_what() -> None:
    assert [
        kind for kind in KINDS if not re.fullmatch(r"[a-z]+\.([a-z]+(ed|ten)|read|timed_out)", kind)
    ] == []


def test_each_kind_has_a_body_of_its_own_named_like_it() -> None:
    named = {
        "".join(word.title() for word in re.split(r"[._]", kind)): body
        for kind, body in KINDS.items()
    }
    assert {name: body.__name__ for name, body in named.items()} == {name: name for name in named}


@pytest.mark.parametrize("body", BODIES)
def test_a_body_never_uses_a_name_of_the_envelope(body: type[Body]) -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(body)}
    assert fields & set(ENVELOPE) == set()


@pytest.mark.parametrize("body", BODIES)
def test_a_body_is_a_frozen_fact_that_names_its_members(body: type[Body]) -> None:
    assert issubclass(body, Body)
    assert body.__struct_config__.frozen
    assert body.__struct_config__.omit_defaults
    assert body.__doc__


def test_every_shape_that_a_line_may_hold_is_listed_once() -> None:
    assert len(SHAPES) == len(set(SHAPES))
    held = {
        inner
        for shape in SHAPES
        for field in msgspec.structs.fields(shape)
        for inner in structs_in(field.type)
    }
    assert held - set(SHAPES) == set()


def structs_in(kind: object) -> set[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {kind}
    return {found for part in get_args(kind) for found in structs_in(part)}
