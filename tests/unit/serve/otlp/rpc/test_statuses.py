from __future__ import annotations

from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode

from backtrail.model.errors import StoreError
from backtrail.serve.journal.room import BusyError
from backtrail.serve.otlp.request.bodies import SlowBodyError, TooLargeError
from backtrail.serve.otlp.request.wire import MalformedError, TooManyError
from backtrail.serve.otlp.rpc.statuses import BUSY, Refusal, code_of, refusal_of, trailing


def test_what_may_be_sent_again_says_when_as_the_protocol_wants_it() -> None:
    for error, code in (
        (BusyError("full", hint="later"), StatusCode.RESOURCE_EXHAUSTED),
        (StoreError("no disk", hint="free some"), StatusCode.UNAVAILABLE),
    ):
        refusal = refusal_of(error)
        ((name, details),) = trailing(refusal)
        status = Status.FromString(details)
        assert (name, status.code) == ("grpc-status-details-bin", code.value[0])
        assert status.message == refusal.message == f"{error.message}; {error.hint}"
        retry = RetryInfo()
        assert status.details[0].Unpack(retry)
        assert retry.retry_delay.seconds == 1
    assert code_of(BUSY) is StatusCode.RESOURCE_EXHAUSTED
    assert trailing(BUSY)


def test_what_would_be_refused_again_does_not() -> None:
    for error in (MalformedError("nonsense"), TooManyError(), TooLargeError()):
        refusal = refusal_of(error)
        assert code_of(refusal) is StatusCode.INVALID_ARGUMENT
        assert trailing(refusal) == ()
    assert code_of(refusal_of(SlowBodyError())) is StatusCode.DEADLINE_EXCEEDED
    assert "nonsense" in refusal_of(MalformedError("nonsense")).message


def test_a_status_without_a_code_of_its_own_is_unknown() -> None:
    assert code_of(Refusal(status=418, message="a teapot")) is StatusCode.UNKNOWN
    assert code_of(Refusal(status=401, message="who?")) is StatusCode.UNAUTHENTICATED
