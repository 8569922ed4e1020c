"""What an event says, in one line: the same words in a list, a history and a live view."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from backtrail.trail import effect_wording
from backtrail.trail.value import value_text

Body = Mapping[str, Any]
Names = Mapping[str, str]
"""Names of spans by their ids."""

NO_NAMES: Names = MappingProxyType({})


def describe(kind: str, body: Body, *, span_id: str | None = None, names: Names = NO_NAMES) -> str:
    """Say in one line what an event tells, without its time and place."""
    try:
        words = _WORDINGS[kind](body, names.get(span_id or "", ""))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        # No kind of ours, or not in its shape: a later version, or another program, wrote it.
        words = [kind, *_pairs(body)]
    return " ".join(part for part in words if part) or kind


def _pairs(attributes: Body | None) -> list[str]:
    return [f"{name}={value_text(value)}" for name, value in (attributes or {}).items()]


def _debug(body: Body, _name: str) -> list[str]:
    context = body.get("context", "")
    words = [str(body.get("action", "debug")), *_pairs(body.get("attributes"))]
    words += [
        f"{part}={value_text(body[part])}"
        for part in ("data", "state")
        if body.get(part) is not None
    ]
    if context and context != "global/default":
        words.append(f"({context})")
    return words


def _log(body: Body, _name: str) -> list[str]:
    words = [
        str(body.get("level", "LOG")).upper(),
        f"{body.get('logger', 'root')}:",
        str(body.get("message", "")),
        *_pairs(body.get("attributes")),
    ]
    if exception := body.get("exception"):
        words.append(f"({exception})")
    return words


def _span_started(body: Body, _name: str) -> list[str]:
    return ["began", str(body.get("name", "a span")), *_pairs(body.get("attributes"))]


def _span_ended(body: Body, name: str) -> list[str]:
    status, error = body.get("status", "ok"), body.get("error")
    words = ["ended", name or "a span", *_pairs(body.get("attributes"))]
    if status != "ok":
        words.append(f"({status}: {error})" if error else f"({status})")
    return words


def _error(body: Body, _name: str) -> list[str]:
    frames = body.get("frames") or [{}]
    shown = next((frame for frame in frames if frame.get("is_app")), frames[0])
    words = [f"{body.get('type', 'error')}: {body.get('message', '')}".rstrip(": ")]
    if "function" in shown:
        words.append(f"in {shown['function']}")
    if body.get("is_handled"):
        words.append("(handled)")
    return words


def _error_repeated(body: Body, _name: str) -> list[str]:
    return [
        f"{body.get('type', 'error')}: {body.get('message', '')}".rstrip(": "),
        f"(repeat {body.get('count', '?')}, only counted)",
    ]


def _process_started(body: Body, _name: str) -> list[str]:
    words = [f"process {body.get('pid', '?')} began:", command_text(body.get("argv", []))]
    if session := body.get("session"):
        words.append(f"(session {session})")
    return words


def _process_ended(body: Body, _name: str) -> list[str]:
    counters = body.get("counters") or {}
    return ["process ended", *(f"{reason}={number}" for reason, number in counters.items())]


def _run_started(body: Body, _name: str) -> list[str]:
    return ["run began:", command_text(body.get("command", []))]


def _run_ended(body: Body, _name: str) -> list[str]:
    return ["run ended", how_it_ended(body)]


def _trace_started(body: Body, _name: str) -> list[str]:
    return ["began operation", str(body.get("name", "")), *_pairs(body.get("attributes"))]


def _trace_ended(body: Body, _name: str) -> list[str]:
    status = body.get("status", "ok")
    return ["ended operation", "" if status == "ok" else f"({status})"]


def _dropped(body: Body, _name: str) -> list[str]:
    return [f"{body.get('count', '?')} events lost:", str(body.get("reason", "unknown"))]


def _anchored(_body: Body, _name: str) -> list[str]:
    return ["clock read anew"]


def command_text(command: list[str]) -> str:
    """Write a command as it would be typed: without the paths of interpreter and console script."""
    words = [str(word) for word in command]
    if words and _last(words[0]).startswith("python"):
        words[0] = "python"
        if len(words) > 1 and "/bin/" in words[1]:
            words = [_last(words[1]), *words[2:]]
    return " ".join(f"'{word}'" if " " in word or not word else word for word in words)


def trace_name(name: str, command: list[str] | None) -> str:
    """Shorten the name of a trace that is named by its command."""
    return command_text(command) if command and name == shlex.join(command) else name


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def how_it_ended(body: Body) -> str:
    """Say how a run ended: its signal, its exit code, or that its time was up."""
    words = []
    if body.get("is_timed_out"):
        words.append("at its time limit")
    if signal := body.get("signal"):
        words.append(f"by {signal}")
    elif (code := body.get("exit_code")) is not None:
        words.append(f"with exit code {code}")
    return " ".join(words)


_WORDINGS: dict[str, Callable[[Body, str], list[str]]] = {
    **effect_wording.WORDINGS,
    "clock.anchored": _anchored,
    "debug.recorded": _debug,
    "error.raised": _error,
    "error.repeated": _error_repeated,
    "journal.dropped": _dropped,
    "log.emitted": _log,
    "process.ended": _process_ended,
    "process.started": _process_started,
    "run.ended": _run_ended,
    "run.started": _run_started,
    "span.ended": _span_ended,
    "span.started": _span_started,
    "trace.ended": _trace_ended,
    "trace.started": _trace_started,
}
