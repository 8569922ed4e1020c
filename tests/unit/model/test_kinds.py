from __future__ import annotations

import re

import msgspec
import pytest

from backtrail.model.event import ENVELOPE
from backtrail.model.kinds import KINDS, Body, ErrorRaised, ProcessEnded, SpanEnded

BODIES = sorted(KINDS.values(), key=lambda body: body.__name__)


def test_a_kind_says_what_happened_to_what() -> None:
    assert [kind for kind in KINDS if not re.fullmatch(r"[a-z]+\.[a-z]+(ed|ten)", kind)] == []


def test_each_kind_has_a_body_of_its_own_named_like_it() -> None:
    named = {
        "".join(word.title() for word in kind.split(".")): body for kind, body in KINDS.items()
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


def test_what_was_not_given_is_not_written() -> None:
    assert msgspec.json.encode(ProcessEnded()) == b"{}"
    assert msgspec.json.encode(SpanEnded(status="error", error="KeyError: 'a'")) == (
        b'{"status":"error","error":"KeyError: \'a\'"}'
    )


def test_a_body_refuses_a_status_that_is_none() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"status": "maybe"}, SpanEnded)


def test_an_error_reads_back_as_it_was_written() -> None:
    error = ErrorRaised(
        error_id="e1",
        type="KeyError",
        message="'order'",
        mechanism="uncaught",
        is_handled=False,
        fingerprint="f",
        trace_history=[{"action": "a_b"}],
        process={"pid": 1},
    )
    assert msgspec.json.decode(msgspec.json.encode(error), type=ErrorRaised) == error
