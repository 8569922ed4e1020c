"""What left the program, or made it wait: calls of every sort, with how long each took."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from backtrail.model.event import Event, Json

FAILED_STATUS = 400
"""The first status of an HTTP answer that says that the request failed."""
STATEMENT_CHARS_MAX = 120
COMMAND_WORDS_MAX = 3


class Call(Struct, frozen=True, kw_only=True):
    """One call, as far as time goes."""

    sort: str
    """`llm`, `http`, `sql`, `subprocess`, `lock` or `rate limit`."""
    name: str
    """What it is grouped by: model, method and URL, statement, command, lock."""
    took_ms: float
    is_failed: bool
    event_id: str
    span_id: str | None
    end_unix_ns: int


def call_of(event: Event) -> Call | None:
    """Return the call that an event tells the end of; `None` for all others."""
    read = _READERS.get(event.kind)
    if read is None:
        return None
    body = event.body
    sort, name, took, is_failed = read(body)
    if not isinstance(took, int | float) or isinstance(took, bool):
        return None
    return Call(
        sort=sort,
        name=name,
        took_ms=max(0.0, float(took)),
        is_failed=is_failed,
        event_id=event.event_id,
        span_id=event.span_id,
        end_unix_ns=event.time_unix_ns,
    )


def endpoint(method: Json, url: Json) -> str:
    """Write a request without its query: `GET http://127.0.0.1/prices`."""
    text = str(url or "")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return f"{method or 'HTTP'} {text.partition('?')[0]}"
    return f"{method or 'HTTP'} {f'{parts.scheme}://{host}' if host else ''}{parts.path}"


def statement_name(statement: Json) -> str:
    """Write a statement in one line, cut where it is long."""
    text = " ".join(str(statement or "a statement").split())
    return text if len(text) <= STATEMENT_CHARS_MAX else f"{text[:STATEMENT_CHARS_MAX]}…"


def command_name(command: Json) -> str:
    """Write a command by its first words, the program without its folder."""
    if not isinstance(command, list) or not command:
        return "a program"
    words = [str(word) for word in command[:COMMAND_WORDS_MAX]]
    words[0] = words[0].rpartition("/")[2] or words[0]
    return " ".join(words) + (" …" if len(command) > COMMAND_WORDS_MAX else "")


_Read = tuple[str, str, Json, bool]


def _llm(body: dict[str, Any]) -> _Read:
    attributes = body.get("attributes")
    model = attributes.get("gen_ai.request.model") if isinstance(attributes, dict) else None
    return "llm", str(model or "a model"), body.get("took_ms"), _has_failed(body)


def _http(body: dict[str, Any]) -> _Read:
    name = endpoint(body.get("method"), body.get("url"))
    return "http", name, body.get("took_ms"), _has_failed(body)


def _sql(body: dict[str, Any]) -> _Read:
    name = statement_name(body.get("statement"))
    return "sql", name, body.get("took_ms"), bool(body.get("error"))


def _subprocess(body: dict[str, Any]) -> _Read:
    is_failed = bool(body.get("exit_code")) or bool(body.get("is_timeout"))
    return "subprocess", command_name(body.get("command")), body.get("took_ms"), is_failed


def _lock_acquired(body: dict[str, Any]) -> _Read:
    return "lock", str(body.get("lock", "a lock")), body.get("wait_ms") or None, False


def _lock_timed_out(body: dict[str, Any]) -> _Read:
    return "lock", str(body.get("lock", "a lock")), body.get("wait_ms"), True


def _rate_limited(body: dict[str, Any]) -> _Read:
    return "rate limit", endpoint("wait for", body.get("url")), body.get("waited_ms"), False


def _has_failed(body: dict[str, Any]) -> bool:
    status = body.get("status")
    return bool(body.get("error")) or (isinstance(status, int) and status >= FAILED_STATUS)


_READERS: dict[str, Callable[[dict[str, Any]], _Read]] = {
    "http.called": _http,
    "llm.called": _llm,
    "lock.acquired": _lock_acquired,
    "lock.timed_out": _lock_timed_out,
    "rate.limited": _rate_limited,
    "sql.executed": _sql,
    "subprocess.ended": _subprocess,
}
