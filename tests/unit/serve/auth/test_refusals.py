from __future__ import annotations

from backtrail.model.errors import ExitCode
from backtrail.serve.auth.refusals import NotAllowedError, TooOftenError, UnknownCallerError


def test_each_refusal_has_its_status_and_says_what_helps() -> None:
    unknown = UnknownCallerError("who?", hint="say it")
    assert (int(unknown.status), unknown.exit_code) == (401, ExitCode.REFUSED)
    assert unknown.headers == {"WWW-Authenticate": 'Bearer realm="backtrail"'}
    assert (int(NotAllowedError("no", hint="ask").status), NotAllowedError.actor) == (403, "nobody")
    often = TooOftenError("slow", hint="wait", retry_after_s=7, limits={"RateLimit-Limit": "60"})
    assert int(often.status) == 429
    assert often.headers == {"Retry-After": "7", "RateLimit-Limit": "60"}
