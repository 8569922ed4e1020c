"""The children that a program started and whose end it has not seen yet, and the events of both.

A child is known by its process id, which the system does not give away again before the program
has taken in its end.
"""

from __future__ import annotations

import os
from types import FrameType
from typing import Any

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.effects import SubprocessEnded, SubprocessStarted
from backtrail.model.event import Place
from backtrail.model.limits import (
    CALLS_MAX,
    CHILD_VARIABLES_MAX,
    CHILDREN_MAX,
    OUTPUT_TAIL_CHARS_MAX,
    STARTS_MAX,
)
from backtrail.record import guard, journal
from backtrail.record.capture.callers import callers
from backtrail.record.capture.redact import MARKER, clean_text, is_secret_name
from backtrail.record.capture.secrets.command import clean_command
from backtrail.record.capture.values.walk import MARGIN_CHARS, Walk, shown_text
from backtrail.record.effects.origin import origin, tell
from backtrail.record.effects.quota import Quota

quota = Quota(STARTS_MAX, "subprocess")


class Child(Struct, gc=False):
    """A child that was started."""

    command: list[str]
    calls: list[Place]
    started_ns: int
    pid: int | None = None
    is_collected: bool = False
    """Whether somebody is taking in what it writes, and tells of its end when that is done."""
    is_timeout: bool = False
    stdout: str | None = None
    stderr: str | None = None


_children: dict[int, Child] = {}


def about_to_start(command: Any, frame: FrameType | None) -> Child | None:
    """Return a child that the user's own code is about to start; `None` if it is not to be told."""
    app = origin(frame)
    if app is None or not quota.left(app):
        return None
    calls = callers(app, CALLS_MAX)
    return Child(
        command=command_of(command), calls=calls, started_ns=journal.clock().monotonic_ns()
    )


def command_of(command: Any) -> list[str]:
    """Return a command without its secrets, whether it is a list of words or one text."""
    if isinstance(command, str | bytes) or hasattr(type(command), "__fspath__"):
        return [clean_text(_word(command))]
    if isinstance(command, list | tuple):
        return clean_command(map(_word, command))
    return [f"<{type(command).__name__}>"]


def _word(given: Any) -> str:
    if isinstance(given, str):
        return str.__str__(given)
    if isinstance(given, bytes):
        return os.fsdecode(bytes(given))
    if type(given).__module__.partition(".")[0] == "pathlib":
        return str(given)
    return f"<{type(given).__name__}>"


def tell_started(
    child: Child,
    *,
    pid: int | None = None,
    cwd: Any = None,
    env: Any = None,
    error: BaseException | None = None,
) -> None:
    """Record that a child was started, or that it could not be."""
    walk = Walk()
    if pid is not None:
        child.pid = pid
        if len(_children) >= CHILDREN_MAX:
            _children.pop(next(iter(_children)), None)
            guard.count("subprocess: end not awaited")
        _children[pid] = child
    reason = None if error is None else f"{type(error).__name__}: {_reason(error)}"
    body = SubprocessStarted(
        command=child.command,
        pid=pid,
        cwd=None if cwd is None else shown_text(os.path.abspath(_word(cwd)), walk),
        environment=_differences(env, walk),
        error=None if reason is None else shown_text(reason, walk),
        caller=child.calls[0],
        calls=child.calls,
    )
    tell("subprocess.started", body, walk)


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror}: {_word(error.filename)}"
    return str(error) if type(error) in {ValueError, TypeError} else ""


def _differences(env: Any, walk: Walk) -> dict[str, str | None]:
    """Return the variables in which a child's environment is not that of the program."""
    if type(env) is not dict:
        return {}
    own = dict(getattr(os.environ, "_data", {}))
    given = {os.fsencode(name): value for name, value in env.items() if _is_text(name, value)}
    changed: dict[str, str | None] = {}
    for key in [*given, *(key for key in own if key not in given)]:
        value = given.get(key)
        if value is not None and os.fsencode(value) == own.get(key):
            continue
        if len(changed) == CHILD_VARIABLES_MAX:
            guard.count("subprocess: variable not told")
            break
        name = os.fsdecode(key)
        changed[shown_text(name, walk)] = variable(name, value, walk)
    return changed


def _is_text(*given: Any) -> bool:
    return all(type(each) in {str, bytes} for each in given)


def variable(name: str, value: Any, walk: Walk) -> str | None:
    """Return the value of a variable as it may be told."""
    if value is None:
        return None
    text = os.fsdecode(value)
    if is_secret_name(name):
        walk.taint(text)
        return MARKER
    return shown_text(text, walk)


def known(pid: Any) -> Child | None:
    """Return a child whose end was not told yet."""
    return _children.get(pid) if type(pid) is int else None


def tell_ended(child: Child, exit_code: int | None) -> None:
    """Record that a child has ended, once."""
    if child.pid is not None and _children.pop(child.pid, None) is None:
        return
    took_ns = journal.clock().monotonic_ns() - child.started_ns
    walk = Walk()
    body = SubprocessEnded(
        command=child.command,
        pid=child.pid,
        exit_code=exit_code,
        stdout=tail(child.stdout, walk),
        stderr=tail(child.stderr, walk),
        took_ms=took_ns / NS_PER_MS,
        is_timeout=child.is_timeout,
        caller=child.calls[0],
        calls=child.calls,
    )
    tell("subprocess.ended", body, walk)


def tail(output: str | None, walk: Walk) -> str | None:
    """Return the end of what a child wrote, without secrets; also of one that begins before it."""
    if output is None:
        return None
    margin = output[-OUTPUT_TAIL_CHARS_MAX - MARGIN_CHARS :]
    shown = shown_text(margin, walk, len(margin))
    rest = len(output) - OUTPUT_TAIL_CHARS_MAX
    return shown if rest <= 0 else f"[{rest} chars]…{shown[-OUTPUT_TAIL_CHARS_MAX:]}"


def text_of(output: Any) -> str | None:
    """Return what the program took in of a child's output, whichever way it did."""
    if type(output) is str:
        return output
    if type(output) is bytes:
        end = output[-4 * OUTPUT_TAIL_CHARS_MAX :]
        return end.decode("utf-8", "replace")
    return None


def forget() -> None:
    """Await no child's end."""
    _children.clear()
    quota.forget()


os.register_at_fork(after_in_child=_children.clear)
