"""The events before an error as evidence: what each brought in, sent out, and is named by."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from operator import attrgetter
from typing import Any

from backtrail.model.event import Event, Json
from backtrail.model.limits.reading import FACTS_MAX
from backtrail.trail.cause.forms import SAME, Sought, leaves
from backtrail.trail.cause.suspects import Suspect
from backtrail.trail.cause.values import identifiers, words_of

CAME_IN: Mapping[str, tuple[str, ...]] = {
    "http.called": ("response_body", "status", "error"),
    "llm.called": ("text", "tool_calls", "response_body", "error"),
    "file.opened": ("content",),
    "environment.read": ("value",),
    "environment.changed": ("after", "before"),
    "process.started": ("argv",),
    "subprocess.ended": ("stdout", "stderr", "exit_code"),
    "state.changed": ("after", "patch"),
    "exception.handled": ("message", "locals"),
    "validation.failed": ("failures",),
    "clock.read": ("value",),
    "sql.executed": ("rows_shown",),
    "log.emitted": ("message", "attributes", "exception"),
    "debug.recorded": ("attributes", "data", "state"),
    "error.raised": ("message",),
    "directory.changed": ("after",),
}
"""By kind, the members that came to the program from outside, or became so."""
WENT_OUT: Mapping[str, tuple[str, ...]] = {
    "http.called": ("request_body", "url"),
    "llm.called": ("messages", "parameters", "tools"),
    "file.opened": ("path",),
    "file.changed": ("path", "target"),
    "environment.read": ("name",),
    "environment.changed": ("name",),
    "subprocess.started": ("command",),
    "subprocess.ended": ("command",),
    "state.changed": ("name", "before"),
    "sql.executed": ("statement", "parameters"),
    "directory.changed": ("before",),
    "rate.limited": ("url",),
}
"""By kind, the members that the program gave, or that name it."""
SAYING = frozenset({"log.emitted", "debug.recorded"})
"""Kinds that only say something."""
_SAME = ("method", "url", "request_body", "type", "message", "statement", "path", "name", "command")
_NAMING = ("path", "url", "name", "lock", "function", "model", "statement")


class Fact:
    """One event as evidence."""

    def __init__(self, event: Event, at: int) -> None:
        """Take an event and its position among all."""
        self.event = event
        self.at = at
        self.kind = event.kind
        self.body: dict[str, Any] = event.body

    @cached_property
    def came_in(self) -> list[tuple[str, str]]:
        """Names and texts that came to the program by it."""
        return _leaves_of(self.body, CAME_IN.get(self.kind, ()))

    @cached_property
    def went_out(self) -> list[tuple[str, str]]:
        """Names and texts that the program gave."""
        return _leaves_of(self.body, WENT_OUT.get(self.kind, ()))

    @cached_property
    def folded(self) -> str:
        """All its texts in one, folded, to be searched at once."""
        return "\n".join(text for _, text in (*self.came_in, *self.went_out)).casefold()

    @cached_property
    def calls(self) -> list[dict[str, Any]]:
        """Places of the user's own code that it happened in, from the innermost outwards."""
        body = self.body
        if self.kind == "exception.handled":
            return _places([body.get("handler"), body.get("raised"), *(body.get("calls") or ())])
        if self.kind == "log.emitted" and body.get("function"):
            return _places([{k: body.get(k) for k in ("file", "line", "function")}])
        if self.kind == "error.raised":
            return _places(
                {**frame, "function": frame.get("qualified", frame.get("function"))}
                for frame in body.get("frames") or ()
                if frame.get("is_app")
            )
        return _places([body.get("caller"), *(body.get("calls") or ())])

    @cached_property
    def words(self) -> dict[str, float]:
        """Words of the names that it has: of what it is about, and of where it happened."""
        found: dict[str, float] = {}
        for distance, place in enumerate(self.calls):
            for word in words_of(str(place.get("function", ""))):
                found[word] = max(found.get(word, 0.0), 0.8 * 0.8**distance)
        if self.kind == "exception.handled":
            said = str(self.body.get("message", ""))[:300]
            found.update(dict.fromkeys(identifiers(said), 1.0))
        for name in _NAMING:
            if isinstance(text := self.body.get(name), str):
                found.update(dict.fromkeys(words_of(text[:300]), 1.0))
        return found

    @cached_property
    def sameness(self) -> str:
        """What an event has in common with its own repetitions: the same call, tried again."""
        return " ".join(str(self.body.get(name)) for name in _SAME if self.body.get(name))

    @cached_property
    def request(self) -> str:
        """What makes two calls the same request."""
        body = self.body
        sent = body.get("request_body", body.get("messages"))
        return f"{body.get('method')} {body.get('url')} {sent!r}"

    @cached_property
    def thread(self) -> str:
        """Which process, thread and task it happened in."""
        event = self.event
        return f"{event.process}/{event.thread or ''}/{event.task or ''}"


class Facts:
    """All evidence of one trace before an error, in order."""

    def __init__(self, events: Iterable[Event], error: Event) -> None:
        """Keep the events that lie before an error, the first and the last of too many."""
        self.error = error
        self.read = before = 0
        first: list[Event] = []
        last: deque[Event] = deque(maxlen=FACTS_MAX // 2)
        for event in events:
            self.read += 1
            if event.time_unix_ns > error.time_unix_ns or event.event_id == error.event_id:
                continue
            before += 1
            if len(first) < FACTS_MAX // 2:
                first.append(event)
            else:
                last.append(event)
        self.all = [Fact(event, at) for at, event in enumerate([*first, *last])]
        self.cut = before - len(self.all)

    def of(self, *kinds: str) -> list[Fact]:
        """Return the evidence of some kinds, in order."""
        return [fact for kind in kinds for fact in self._by_kind.get(kind, ())]

    def asking(self, request: str) -> list[Fact]:
        """Return the calls that are one request, sent again and again, in order."""
        return self._by_request.get(request, [])

    def before(self, fact: Fact, most: int) -> list[Fact]:
        """Return what happened right before in the same thread or task, the last first."""
        lane = self._by_thread[fact.thread]
        end = bisect_left(lane, fact.at, key=attrgetter("at"))
        return lane[max(0, end - most) : end][::-1]

    @cached_property
    def _by_kind(self) -> dict[str, list[Fact]]:
        return _grouped(self.all, attrgetter("kind"))

    @cached_property
    def _by_thread(self) -> dict[str, list[Fact]]:
        return _grouped(self.all, attrgetter("thread"))

    @cached_property
    def _by_request(self) -> dict[str, list[Fact]]:
        return _grouped(self.of("http.called", "llm.called"), attrgetter("request"))

    @cached_property
    def times(self) -> Counter[tuple[str, str]]:
        """How often each event of a kind came again, by what its repetitions have in common."""
        return Counter((fact.kind, fact.sameness) for fact in self.all)

    @cached_property
    def different(self) -> Counter[str]:
        """How many events of each kind there are, repetitions counted once."""
        return Counter(kind for kind, _ in self.times)

    @cached_property
    def rarity(self) -> dict[str, float]:
        """How well a word tells events apart: 1 for one event's, less the more have it."""
        counted: Counter[str] = Counter()
        effects = [fact for fact in self.all if fact.kind not in SAYING]
        for fact in effects:
            counted.update(fact.words.keys())
        total = max(len(effects), 1)
        return {word: 1.0 - 0.8 * number / total for word, number in counted.items()}

    def holding(self, suspect: Suspect) -> Iterator[tuple[Fact, float, str, bool]]:
        """Yield the events that show a value: how well, in which text, and whether it came in."""
        sought = _sought(suspect.value)
        for fact in self.all:
            if not sought.may_be_in(fact.folded):
                continue
            level, text = _best(sought, fact.came_in)
            other, other_text = (0.0, "") if level == SAME else _best(sought, fact.went_out)
            if max(level, other) > 0:
                is_in = level >= other
                yield fact, max(level, other), text if is_in else other_text, is_in


def _grouped(facts: Iterable[Fact], key: Callable[[Fact], str]) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        found.setdefault(key(fact), []).append(fact)
    return found


_known: dict[str, Sought] = {}


def _sought(value: str) -> Sought:
    if len(_known) > FACTS_MAX:
        _known.clear()
    return _known.setdefault(value, Sought(value))


def _best(sought: Sought, texts: list[tuple[str, str]]) -> tuple[float, str]:
    best, shown = 0.0, ""
    for _, text in texts:
        level = sought.level(text)
        if level > best:
            best, shown = level, text
            if level == SAME:
                break
    return best, shown


def _leaves_of(body: Mapping[str, Json], members: Iterable[str]) -> list[tuple[str, str]]:
    return [
        (name or member, text)
        for member in members
        if (value := body.get(member)) is not None
        for name, text in leaves(value)
    ]


def _places(places: Iterable[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for place in places:
        if isinstance(place, dict) and place.get("function") and place not in found:
            found.append(place)
    return found
