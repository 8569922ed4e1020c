"""What sort of cause an event would be."""

from __future__ import annotations

from backtrail.trail.cause.answer import CauseKind
from backtrail.trail.cause.facts import Fact

_KINDS: dict[str, CauseKind] = {
    "llm.called": "llm_response",
    "http.called": "http_response",
    "rate.limited": "http_response",
    "file.opened": "file_read",
    "file.changed": "state_change",
    "directory.changed": "state_change",
    "environment.read": "env",
    "environment.changed": "env",
    "process.started": "argument",
    "subprocess.started": "subprocess",
    "subprocess.ended": "subprocess",
    "state.changed": "state_change",
    "exception.handled": "swallowed_exception",
    "error.raised": "swallowed_exception",
    "sql.executed": "sqlite",
    "clock.read": "clock",
    "lock.requested": "lock_order",
    "lock.acquired": "lock_order",
    "lock.timed_out": "timeout",
    "validation.failed": "validation",
}
CONFIGURATION = (".toml", ".ini", ".cfg", ".conf", ".env", ".yaml", ".yml", ".properties")


def kind_of(fact: Fact) -> CauseKind:
    """Return the sort of cause that an event is, by its kind and how it ended."""
    if fact.body.get("is_timeout") and fact.kind in {
        "http.called",
        "llm.called",
        "subprocess.ended",
    }:
        return "timeout"
    if fact.kind == "file.opened" and is_configuration(str(fact.body.get("path", ""))):
        return "config"
    return _KINDS.get(fact.kind, "error")


def is_configuration(path: str) -> bool:
    """Tell whether a file holds settings, by its name."""
    name = path.rpartition("/")[2].casefold()
    return name.endswith(CONFIGURATION) or "config" in name or "settings" in name
