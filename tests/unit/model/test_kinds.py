from __future__ import annotations

import msgspec
import pytest

from backtrail.model.kinds import ErrorRaised, ProcessEnded, SpanEnded


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
