from __future__ import annotations

import pytest

from backtrail.trail.cause.sifting import sieve
from backtrail.trail.cause.suspects import suspects
from backtrail.trail.failure import error_body
from causes import error, frame

IS_TELLING = sieve(
    suspects(error_body(error("KeyError", "'lis/417'", frame("f", "t[key]", key="lis/417"))))
)


@pytest.mark.parametrize(
    "line",
    [
        b'{"kind":"debug.recorded","action":"load_stay","attributes":{"id":"HTL-LIS-0417"}}',
        b'{"kind":"http.called","status":503,"url":"/x"}',
        b'{"kind":"http.called","error":"ConnectError: no"}',
        b'{"kind":"llm.called","attributes":{"gen_ai.response.finish_reasons":["length"]}}',
        b'{"kind":"exception.handled","type":"KeyError"}',
        b'{"kind":"environment.read","name":"A"}',
        b'{"kind":"log.emitted","level":"WARNING","message":"skipped"}',
        b'{"kind":"lock.requested","holder":"t2"}',
    ],
)
def test_an_event_that_may_bear_on_the_error_is_read(line: bytes) -> None:
    assert IS_TELLING(line)


@pytest.mark.parametrize(
    "line",
    [
        b'{"kind":"debug.recorded","action":"load_stay","attributes":{"id":"HTL-LIS-0418"}}',
        b'{"kind":"operation.measured","name":"lis/417"}',
        b'{"kind":"http.called","status":200,"url":"/x"}',
        b'{"kind":"span.started","name":"lis/417"}',
        b'{"kind":"log.emitted","level":"INFO","message":"done"}',
    ],
)
def test_any_other_is_passed_over(line: bytes) -> None:
    assert not IS_TELLING(line)


def test_values_too_short_to_tell_lines_apart_are_not_looked_for() -> None:
    is_telling = sieve(suspects(error_body(error("KeyError", "7", frame("f", "t[key]", key=7)))))
    assert not is_telling(b'{"kind":"debug.recorded","action":"load_stay","attributes":{"n":7}}')
