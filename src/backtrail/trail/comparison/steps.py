"""What a trace did, step by step, in a form in which two traces can be laid beside one another.

A step is known by its kind, its place in the user's own code and its name, never by its time or
its ids. What it carried is its values; what the schedule decides, as who got a lock first, is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from backtrail.model.event import Event, Json
from backtrail.model.limits.reading import COMPARED_STEPS_MAX
from backtrail.trail.comparison.values import settled
from backtrail.trail.views.timing.calls import command_name, endpoint, statement_name
from backtrail.trail.wording import describe

Body = Mapping[str, Any]
Key = tuple[str, str, str]
"""Kind, place, name."""
FOUND_BY_ANY = frozenset({"deadlock", "hang"})
"""Mechanisms of errors that say in which order some waited, which the schedule decides."""
Lane = tuple[str, str, str]
"""The process, the thread and the task that took a step."""


class Step(Struct, frozen=True, kw_only=True):
    """One thing that a trace did."""

    key: Key
    lane: Lane
    values: dict[str, Json]
    position: int
    """Its place among all steps of its trace."""
    event_id: str
    kind: str
    text: str
    where: str | None
    after_ns: int
    """When, from the beginning of its trace."""


class Steps(Struct, frozen=True, kw_only=True):
    """What a trace did."""

    steps: list[Step]
    roles: dict[str, str]
    """By process, the program that it is."""
    cut: int
    """Steps beyond those that are compared."""


def steps(events: Iterable[Event]) -> Steps:
    """Return the steps that events tell of; events come in causal order, or that of time."""
    found: list[Step] = []
    names: dict[str, str] = {}
    roles: dict[str, str] = {}
    start: int | None = None
    cut = 0
    for event in events:
        if start is None:
            start = event.time_unix_ns
        if event.kind == "span.started" and event.span_id and len(names) < COMPARED_STEPS_MAX:
            names[event.span_id] = str(event.body.get("name", ""))
        if event.kind == "process.started":
            roles[event.process] = command_name((event.body.get("argv") or [])[:1])
        told = _TELLERS.get(event.kind)
        if told is None:
            continue
        if len(found) >= COMPARED_STEPS_MAX:
            cut += 1
            continue
        found.append(_step(event, told, names, start, len(found)))
    return Steps(steps=found, roles=roles, cut=cut)


def _step(event: Event, told: _Teller, names: Mapping[str, str], start: int, position: int) -> Step:
    body = event.body
    where = _where(body)
    try:
        name, values = told(body, names.get(event.span_id or "", ""))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        # It has not the shape of its kind: another version, or another program, wrote it.
        name, values = "", body
    return Step(
        key=(event.kind, where or "", name),
        lane=_lane(event),
        values={key: value for key, value in values.items() if value not in (None, {}, [])},
        position=position,
        event_id=event.event_id,
        kind=event.kind,
        text=describe(event.kind, body, span_id=event.span_id, names=names),
        where=where,
        after_ns=event.time_unix_ns - start,
    )


def _lane(event: Event) -> Lane:
    """Return who took a step; that some wait for one another, any of them may have found."""
    if event.kind == "error.raised" and event.body.get("mechanism") in FOUND_BY_ANY:
        return event.process, "", ""
    return event.process, (event.thread or "").rpartition(":")[0], event.task or ""


def _where(body: Body) -> str | None:
    """Return file and function of the user's own code; not the line, which an edit moves."""
    for place in (body.get("caller"), body.get("raised"), body):
        if isinstance(place, dict) and "file" in place:
            return f"{str(place['file']).rpartition('/')[2]}:{place.get('function', '?')}"
    return None


_Told = tuple[str, Mapping[str, Json]]
_Teller = Callable[[Body, str], _Told]


def _some(body: Body, *members: str) -> dict[str, Json]:
    return {name: body.get(name) for name in members}


def _http(body: Body, _span: str) -> _Told:
    url = str(body.get("url", ""))
    return settled(endpoint(body.get("method"), url)), {
        "query": url.partition("?")[2] or None,
        **_some(body, "request_body", "status", "response_body", "error", "is_timeout", "attempt"),
    }


def _llm(body: Body, _span: str) -> _Told:
    attributes = body.get("attributes") or {}
    reasons = attributes.get("gen_ai.response.finish_reasons")
    return str(attributes.get("gen_ai.request.model") or ""), {
        **_some(body, "messages", "parameters", "text", "tool_calls", "status", "error"),
        "finish_reasons": reasons,
        "attempt": body.get("attempt"),
    }


def _sql(body: Body, _span: str) -> _Told:
    return statement_name(body.get("statement")), _some(body, "parameters", "rows", "error")


def _file(body: Body, _span: str) -> _Told:
    path = str(body.get("path", ""))
    values = _some(body, "path", "target", "content", "is_missing")
    if body.get("mode") == "read":
        values["bytes"] = body.get("bytes")
    return f"{body.get('mode') or body.get('action')} {path.rpartition('/')[2]}", values


def _directory(body: Body, _span: str) -> _Told:
    return "", _some(body, "after")


def _variable(body: Body, _span: str) -> _Told:
    return str(body.get("name", "")), _some(body, "value", "before", "after")


def _subprocess(body: Body, _span: str) -> _Told:
    name = command_name((body.get("command") or [])[:1])
    return name, _some(body, "command", "error", "exit_code", "stdout", "stderr", "is_timeout")


def _clock(body: Body, _span: str) -> _Told:
    return str(body.get("function", "")), _some(body, "arguments")


def _handled(body: Body, _span: str) -> _Told:
    handler = body.get("handler") or {}
    return str(body.get("type", "")), {
        **_some(body, "message", "how"),
        "handler": handler.get("function"),
    }


def _state(body: Body, _span: str) -> _Told:
    return str(body.get("name", "")), _some(body, "before", "after", "patch")


def _gave_up(body: Body, _span: str) -> _Told:
    return str(body.get("lock", "")), _some(body, "is_cancelled")


def _validation(body: Body, _span: str) -> _Told:
    return str(body.get("model") or body.get("library")), _some(body, "failures")


def _debug(body: Body, _span: str) -> _Told:
    name = f"{body.get('context', '')} {body.get('action', '')}"
    return name, _some(body, "attributes", "data", "state")


def _log(body: Body, _span: str) -> _Told:
    first, _, _ = str(body.get("message", "")).partition(" ")
    name = f"{body.get('level', '')} {body.get('logger', '')} {first if first.isalpha() else ''}"
    return name, _some(body, "message", "attributes", "exception")


def _span_started(body: Body, _span: str) -> _Told:
    return str(body.get("name", "")), _some(body, "attributes")


def _span_ended(body: Body, span: str) -> _Told:
    return span, {"status": body.get("status", "ok"), **_some(body, "error", "attributes")}


def _error(body: Body, _span: str) -> _Told:
    if body.get("mechanism") in FOUND_BY_ANY:
        return str(body.get("type", "")), {}
    frames = body.get("frames") or [{}]
    frame = next((one for one in frames if one.get("is_app")), frames[0])
    return str(body.get("type", "")), {
        **_some(body, "message", "is_handled"),
        "function": frame.get("qualified"),
        "locals": frame.get("locals"),
    }


def _ended(body: Body, _span: str) -> _Told:
    return "", _some(body, "exit_code", "signal", "is_timed_out", "status")


def _limited(body: Body, _span: str) -> _Told:
    return settled(endpoint("", body.get("url"))), _some(body, "status", "retry_after_s")


_TELLERS: dict[str, _Teller] = {
    "clock.read": _clock,
    "debug.recorded": _debug,
    "directory.changed": _directory,
    "environment.changed": _variable,
    "environment.read": _variable,
    "error.raised": _error,
    "exception.handled": _handled,
    "file.changed": _file,
    "file.opened": _file,
    "http.called": _http,
    "llm.called": _llm,
    "lock.timed_out": _gave_up,
    "log.emitted": _log,
    "rate.limited": _limited,
    "run.ended": _ended,
    "span.ended": _span_ended,
    "span.started": _span_started,
    "sql.executed": _sql,
    "state.changed": _state,
    "subprocess.ended": _subprocess,
    "subprocess.started": _subprocess,
    "trace.ended": _ended,
    "validation.failed": _validation,
}

STEP_KINDS = frozenset(_TELLERS)
"""Kinds of events that are steps."""
