"""What an event says of calls, files, statements, state and locks, in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backtrail.model.event import Json
from backtrail.trail.value import value_text

Body = Mapping[str, Any]

EDITS_SHOWN_MAX = 5
"""Operations of a change that a line shows."""
SHOWN_CHARS_MAX = 300
"""Characters of a payload that a line shows; `--json` has the whole of it."""


def _short(value: Json) -> str:
    text = value if isinstance(value, str) else value_text(value)
    text = " ".join(text.split())
    return text if len(text) <= SHOWN_CHARS_MAX else f"{text[:SHOWN_CHARS_MAX]}…"


def _took(body: Body) -> str:
    took = body.get("took_ms")
    return f"({took:,.1f} ms)" if isinstance(took, int | float) else ""


def _end_of_call(body: Body) -> list[str]:
    """Say how a call over HTTP went."""
    words = []
    if error := body.get("error"):
        words.append(f"failed: {_short(error)}")
    elif (status := body.get("status")) is not None:
        words.append(f"answered {status}")
    if body.get("is_timeout"):
        words.append("(timed out)")
    if body.get("is_complete") is False:
        words.append("(not read to its end)")
    if (attempt := body.get("attempt", 1)) != 1:
        words.append(f"(attempt {attempt})")
    return words


def http_called(body: Body, _name: str) -> list[str]:
    """Word `http.called`."""
    words = [str(body.get("method", "HTTP")), str(body.get("url", "")), *_end_of_call(body)]
    if (answer := body.get("response_body")) not in (None, "", {}, []):
        words.append(f": {_short(answer)}")
    return [*words, _took(body)]


def llm_called(body: Body, _name: str) -> list[str]:
    """Word `llm.called`."""
    attributes = body.get("attributes") or {}
    asked = attributes.get("gen_ai.request.model")
    answered = attributes.get("gen_ai.response.model")
    words = [str(asked or "a model"), *_end_of_call(body)]
    if asked and answered and answered != asked:
        words.append(f"by {answered}")
    reasons = attributes.get("gen_ai.response.finish_reasons") or []
    if reasons:
        words.append(f"finish_reason={','.join(map(str, reasons))}")
    if text := body.get("text"):
        words.append(f"said {_short(text)}")
    calls = [
        f"called tool {call.get('name')}({_short(call.get('arguments'))})"
        for call in body.get("tool_calls") or []
    ]
    return [*words, *calls, _took(body)]


def rate_limited(body: Body, _name: str) -> list[str]:
    """Word `rate.limited`."""
    after = body.get("retry_after_s")
    return [
        f"too many requests: {body.get('url', '')} answered {body.get('status', 429)}",
        f"(retry after {after:g} s)" if isinstance(after, int | float) else "",
    ]


_MODES = {"read": "read", "write": "wrote", "append": "appended to", "update": "updated"}


def file_opened(body: Body, _name: str) -> list[str]:
    """Word `file.opened`."""
    words = [_MODES.get(str(body.get("mode")), "opened"), str(body.get("path", "a file"))]
    if body.get("is_missing"):
        words.append("(there is none)")
    elif (size := body.get("bytes")) is not None:
        words.append(f"({size:,} bytes)")
    if content := body.get("content"):
        words.append(f": {_short(content)}")
    return words


def file_changed(body: Body, _name: str) -> list[str]:
    """Word `file.changed`."""
    target = body.get("target")
    words = [str(body.get("action", "changed")), str(body.get("path", "a file"))]
    return [*words, f"to {target}" if target else ""]


def directory_changed(body: Body, _name: str) -> list[str]:
    """Word `directory.changed`."""
    before = body.get("before")
    return [f"went to folder {body.get('after', '')}", f"from {before}" if before else ""]


def environment_read(body: Body, _name: str) -> list[str]:
    """Word `environment.read`."""
    value = body.get("value")
    name = f"variable {body.get('name', '')}"
    return [f"read {name}={_short(value)}"] if value is not None else [f"{name} is not set"]


def environment_changed(body: Body, _name: str) -> list[str]:
    """Word `environment.changed`."""
    name, after = f"variable {body.get('name', '')}", body.get("after")
    before = body.get("before")
    words = [f"removed {name}" if after is None else f"set {name}={_short(after)}"]
    return [*words, f"(was {_short(before)})" if before is not None else ""]


def subprocess_started(body: Body, _name: str) -> list[str]:
    """Word `subprocess.started`."""
    command = " ".join(map(str, body.get("command") or []))
    error = body.get("error")
    return [
        "could not start" if error else "started",
        _short(command),
        f": {error}" if error else "",
    ]


def subprocess_ended(body: Body, _name: str) -> list[str]:
    """Word `subprocess.ended`."""
    code = body.get("exit_code")
    words = [_short(" ".join(map(str, body.get("command") or [])))]
    words.append("ended" if code is None else f"ended with {code}")
    if body.get("is_timeout"):
        words.append("(timed out)")
    said = [
        f"{stream}: …{_short(str(text)[-SHOWN_CHARS_MAX:])}"
        for stream in ("stderr", "stdout")
        if (text := body.get(stream))
    ]
    return [*words, *said, _took(body)]


def sql_executed(body: Body, _name: str) -> list[str]:
    """Word `sql.executed`."""
    words = [_short(str(body.get("statement", "a statement")))]
    if (parameters := body.get("parameters")) not in (None, [], {}):
        words.append(f"with {_short(parameters)}")
    if error := body.get("error"):
        words.append(f"failed: {_short(error)}")
    elif (rows := body.get("rows")) is not None:
        words.append(f"({rows} rows)")
    return words


def clock_read(body: Body, _name: str) -> list[str]:
    """Word `clock.read`."""
    arguments = ", ".join(_short(value) for value in body.get("arguments") or [])
    return [f"{body.get('function', 'the clock')}({arguments})", f"= {_short(body.get('value'))}"]


def exception_handled(body: Body, _name: str) -> list[str]:
    """Word `exception.handled`."""
    raised, handler = body.get("raised") or {}, body.get("handler") or {}
    words = [
        f"{body.get('type', 'exception')}: {_short(str(body.get('message', '')))}".rstrip(": ")
    ]
    if function := raised.get("function"):
        words.append(f"in {function}")
    words.append(f"handled in {handler['function']}" if handler.get("function") else "handled")
    if (count := body.get("count", 1)) != 1:
        words.append(f"(time {count})")
    return words


def state_changed(body: Body, _name: str) -> list[str]:
    """Word `state.changed`."""
    words = [f"{body.get('name', 'state')}:"]
    edits = [edit for edit in body.get("patch") or [] if isinstance(edit, dict)]
    if edits and all(edit.get("path") for edit in edits[:EDITS_SHOWN_MAX]):
        words += ["; ".join(map(_edit, edits[:EDITS_SHOWN_MAX]))]
        return [*words, _further(len(edits) - EDITS_SHOWN_MAX, "changes")]
    if body.get("before") is not None or body.get("after") is not None:
        words.append(f"{_short(body.get('before'))} became {_short(body.get('after'))}")
    else:
        words.append(f"{len(edits)} changes")
    return words


def _edit(edit: Mapping[str, Any]) -> str:
    """Write one operation of a patch: `/count 3 → 4`, `+ /items/1 'pen'`, `- /items/0 'ink'`."""
    path, was = edit["path"], _short(value_text(edit["was"])) if "was" in edit else "…"
    if edit.get("op") == "add":
        return f"+ {path} {_short(value_text(edit.get('value')))}"
    if edit.get("op") == "remove":
        return f"- {path} {was}"
    return f"{path} {was} → {_short(value_text(edit.get('value')))}"


def _further(count: int, what: str) -> str:
    return f"and {count:,} further {what}" if count > 0 else ""


def lock_requested(body: Body, _name: str) -> list[str]:
    """Word `lock.requested`."""
    return [*_who(body), "waits for", *_lock(body), _held_by(body)]


def lock_acquired(body: Body, _name: str) -> list[str]:
    """Word `lock.acquired`."""
    wait = body.get("wait_ms") or 0.0
    held = ", ".join(map(str, body.get("held") or []))
    words = [*_who(body), "got", *_lock(body), f"while holding {held}" if held else ""]
    return [*words, f"after {wait:,.1f} ms" if wait else ""]


def lock_released(body: Body, _name: str) -> list[str]:
    """Word `lock.released`."""
    hold = body.get("hold_ms")
    words = [*_who(body), "let go of", *_lock(body)]
    return [*words, f"after {hold:,.1f} ms" if isinstance(hold, int | float) else ""]


def lock_timed_out(body: Body, _name: str) -> list[str]:
    """Word `lock.timed_out`."""
    verb = "was cancelled waiting for" if body.get("is_cancelled") else "gave up waiting for"
    wait = body.get("wait_ms")
    words = [*_who(body), verb, *_lock(body)]
    return [*words, f"after {wait:,.1f} ms" if wait is not None else "", _held_by(body)]


def lock_used(body: Body, _name: str) -> list[str]:
    """Word `lock.used`."""
    return [*_lock(body), f"was taken {body.get('count', '?')} more times"]


def _who(body: Body) -> list[str]:
    return [str(body["owner"])] if body.get("owner") else []


def _lock(body: Body) -> list[str]:
    return [str(body.get("lock_type", "lock")), str(body.get("lock", ""))]


def _held_by(body: Body) -> str:
    return f"(held by {body['holder']})" if body.get("holder") else ""


def validation_failed(body: Body, _name: str) -> list[str]:
    """Word `validation.failed`."""
    is_json = body.get("library") == "json"
    asked = body.get("model") or body.get("library") or "a value"
    words = ["a text is no JSON:" if is_json else f"{asked} was refused:"]
    failures = body.get("failures") or []
    for failure in failures:
        where = "" if is_json else f"{failure.get('path', '$')}: "
        got = f" (got {_short(value_text(failure['value']))})" if "value" in failure else ""
        words.append(f"{where}{_short(str(failure.get('message', '')))}{got};")
    words.append(_further(body.get("failures_cut") or 0, "failures"))
    count = body.get("count", 1)
    return [*words, f"(time {count})" if count != 1 else ""]


def operation_measured(body: Body, _name: str) -> list[str]:
    """Word `operation.measured`."""
    words = [str(body.get("name", "an operation")), _took(body)]
    if (cpu := body.get("cpu_ms")) is not None:
        words.append(f"cpu {cpu:,.1f} ms")
    if (peak := body.get("peak_memory_bytes")) is not None:
        words.append(f"peak {peak:,} bytes")
    if pauses := body.get("gc_pauses"):
        words.append(f"{pauses:,} gc pauses {body.get('gc_pause_ms') or 0.0:,.1f} ms")
    return [
        *words,
        *(
            f"most of it allocated at {most.get('place')}: {most.get('bytes', 0):,} bytes"
            for most in (body.get("allocated") or [])[:1]
        ),
    ]


WORDINGS: dict[str, Callable[[Body, str], list[str]]] = {
    "http.called": http_called,
    "llm.called": llm_called,
    "rate.limited": rate_limited,
    "file.opened": file_opened,
    "file.changed": file_changed,
    "directory.changed": directory_changed,
    "environment.read": environment_read,
    "environment.changed": environment_changed,
    "subprocess.started": subprocess_started,
    "subprocess.ended": subprocess_ended,
    "sql.executed": sql_executed,
    "clock.read": clock_read,
    "exception.handled": exception_handled,
    "state.changed": state_changed,
    "lock.requested": lock_requested,
    "lock.acquired": lock_acquired,
    "lock.released": lock_released,
    "lock.timed_out": lock_timed_out,
    "lock.used": lock_used,
    "validation.failed": validation_failed,
    "operation.measured": operation_measured,
}
"""By kind, what makes the words of its line; joined by spaces, empty ones left out."""
