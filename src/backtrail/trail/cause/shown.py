"""An event as a candidate shows it: its own words, its place, and its payload as far as it goes."""

from __future__ import annotations

from typing import Any

from backtrail.model.clock import NS_PER_MS
from backtrail.model.event import Event, Place
from backtrail.model.limits.reading import EVIDENCE_CHARS_MAX
from backtrail.trail.cause.answer import EventShown
from backtrail.trail.cause.facts import Fact, Facts
from backtrail.trail.value import value_text
from backtrail.trail.wording import describe

PAYLOADS = (
    "text", "tool_calls", "response_body", "request_body", "content", "stderr", "stdout",
    "statement", "parameters", "after", "locals", "failures", "argv",
)  # fmt: skip
"""Members that hold what an event is about, the most telling first."""


def event_shown(event: Event, error: Event, *, text: str | None = None) -> EventShown:
    """Return an event with all that it says of itself."""
    before_ns = error.time_unix_ns - event.time_unix_ns
    return EventShown(
        id=event.event_id,
        kind=event.kind,
        text=full_text(event) if text is None else f"{text} · {full_text(event)}",
        time_unix_ns=event.time_unix_ns,
        before_ms=max(0, before_ns) / NS_PER_MS,
    )


def full_text(event: Event) -> str:
    """Say what an event holds: the words of its line, where it was, and its payload."""
    body = event.body
    words = [describe(event.kind, body)]
    place = body.get("caller") or body.get("raised") or _first_frame(body)
    if isinstance(place, dict) and place.get("function"):
        words.append(f"at {_last(str(place.get('file')))}:{place.get('line')} {place['function']}")
    room = EVIDENCE_CHARS_MAX
    for member in PAYLOADS:
        value = body.get(member)
        if value in (None, "", [], {}) or room <= 0:
            continue
        text = value if isinstance(value, str) else value_text(value)
        words.append(f"{member}: {text[:room]}")
        room -= len(text)
    return " · ".join(words)


def _first_frame(body: dict[str, Any]) -> dict[str, Any] | None:
    frames = [frame for frame in body.get("frames") or () if frame.get("is_app")]
    frame = next(iter(frames), None)
    return None if frame is None else {**frame, "function": frame.get("qualified")}


def place_of(fact: Fact, facts: Facts) -> dict[str, Any] | None:
    """Return the call of the user's own code that tells an event from others of its kind.

    That is the innermost, unless all events of the kind share it, as when every question to a
    model goes through one function: then it is the nearest one that they do not all share.
    """
    calls = fact.calls
    if not calls or fact.kind in {"exception.handled", "error.raised"}:
        return calls[0] if calls else None
    others = [other for other in facts.of(fact.kind) if other.calls and other.at != fact.at]
    if not others:
        return calls[0]
    for place in calls:
        shared = [o for o in others if any(_is_same(place, each) for each in o.calls)]
        differently = [o for o in shared if [_key(c) for c in o.calls] != [_key(c) for c in calls]]
        if not differently or place["function"] == "<module>":
            break
    else:
        return calls[0]
    return calls[0] if place["function"] in {"<module>", "main"} else place


def _key(place: dict[str, Any]) -> tuple[Any, Any]:
    return place.get("file"), place.get("function")


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return _key(one) == _key(other)


def where_text(place: dict[str, Any] | None) -> str | None:
    """Write a place as `file:function`, the file by its last name."""
    if not place or not place.get("function"):
        return None
    return f"{_last(str(place.get('file', '')))}:{place['function']}"


def as_place(place: dict[str, Any] | None) -> Place | None:
    """Return a place as a struct; what does not fit is none."""
    if not place or not isinstance(place.get("line"), int):
        return None
    return Place(
        file=str(place.get("file", "")),
        line=place["line"],
        function=str(place["function"]),
        code=place.get("code"),
    )


def _last(path: str) -> str:
    return path.rpartition("/")[2]
