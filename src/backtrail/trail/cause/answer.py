"""What `why` answers: candidates for the cause, best first, each with its evidence."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from backtrail.model.event import Place

CauseKind = Literal[
    "llm_response", "http_response", "file_read", "env", "argument", "state_change",
    "swallowed_exception", "lock_order", "race", "timeout", "subprocess", "sqlite", "clock",
    "config", "validation", "error",
]  # fmt: skip
"""What sort of event the trouble entered by."""


class EventShown(Struct, frozen=True, kw_only=True):
    """An event, by its id and what it says."""

    id: str
    """As every command takes it."""
    kind: str
    text: str
    """What the event itself holds: name, payload, exception, place; cut where it is very long."""
    time_unix_ns: int
    before_ms: float | None = None
    """How long before the error."""


class Step(Struct, frozen=True, kw_only=True):
    """One step of the way from the cause to the crash."""

    event_id: str | None
    """The event that shows it; `None` where the error itself does."""
    where: str | None
    """`file:function`."""
    text: str
    """What happened there, with the values that prove it."""


class Candidate(Struct, frozen=True, kw_only=True):
    """An event that may be the cause."""

    kind: CauseKind
    event: EventShown
    where: str | None
    """`file:function` of the user's own code in which it happened."""
    place: Place | None
    score: float
    """How well the evidence supports it, from 0 to 1; only its order means anything."""
    summary: str
    """One sentence."""
    evidence: list[str]
    """What speaks for it, the strongest first."""
    against: list[str]
    """What speaks against it."""
    chain: list[Step]
    """From the origin to the crash."""
    rules: list[str]
    """Names of the rules that found it."""


class Why(Struct, frozen=True, kw_only=True):
    """The likely causes of an error."""

    trace_id: str
    error_id: str | None
    """`None` when the trace holds no error."""
    error: str | None
    """`Type: message`."""
    where: str | None
    """`file:function` of the frame that failed."""
    suspects: list[str]
    """What was looked for: names, values, keys and texts of the failing expression."""
    candidates: list[Candidate]
    """Best first; empty when nothing qualifies."""
    note: str | None = None
    """Why nothing is named, or what was not looked at."""
    events_read: int = 0
    compared_with: str | None = None
    """The trace of the same operation that went well, and that this one was compared with."""
