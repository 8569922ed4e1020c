"""The settings: their names, defaults, and how a text becomes a value.

A setting is given, strongest first, by an argument of `backtrail.start`, the variable
`BACKTRAIL_<NAME>`, the checkout's own `.backtrail/settings.toml` (what `backtrail dev` writes),
`[tool.backtrail]` in pyproject.toml or the file `backtrail.toml`, or the default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from backtrail.model import limits
from backtrail.model.errors import UsageError

WATCHES = (
    "http", "llm", "files", "subprocesses", "environment", "sql",
    "handled", "clock", "state", "validation", "measures", "locks",
)  # fmt: skip
"""What may be recorded of what a program does by itself."""

Value = bool | int | float | str | tuple[str, ...] | None

_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off", ""})


class Settings(Struct, frozen=True, kw_only=True):
    """What is recorded, how much is kept, and which rules entries are held to."""

    enabled: bool = True
    mode: str = "full"
    session: str | None = None
    strict: bool = False
    dogfood: bool = False
    hang_after_s: float | None = None
    slow_ms: float | None = None
    ring_events: int = limits.RING_EVENTS_MAX
    ring_traces: int = limits.RING_TRACES_MAX
    ring_idle_s: float = limits.RING_IDLE_S_MAX
    watch: tuple[str, ...] = WATCHES[:-1]
    redact_names: tuple[str, ...] = ()
    rule_verb_noun: bool = False
    rule_state_or_data: bool = False
    rule_tags: bool = False
    tags: tuple[str, ...] = ()
    keep_days: float = 30.0
    keep_mib: float = 2_048.0
    keep_traces: int = 100_000
    store: str | None = None


ABOUT: dict[str, str] = {
    "enabled": "Record at all. `BACKTRAIL_DISABLED=1` switches it off as well, and wins.",
    "mode": "`full` writes every event; `flight` writes a trace when it errs, is slow or is kept.",
    "session": "Traces that belong together for a person; a name of your choice.",
    "strict": "For tests: broken entry rules, and faults of the recorder itself, are raised.",
    "dogfood": "Record Backtrail's own commands too.",
    "hang_after_s": "Seconds without an event after which all stacks are recorded; unset is never.",
    "slow_ms": "In flight mode, a trace that took longer is written; unset is never.",
    "ring_events": "Events that are kept in memory of each trace, for the history of an error.",
    "ring_traces": "Traces that are kept in memory; the least recently used leaves first.",
    "ring_idle_s": "Seconds after which a silent trace may leave memory.",
    "watch": "What is recorded of what the program does by itself; `none` is nothing of it.",
    "redact_names": "Further names whose values are secrets.",
    "rule_verb_noun": "Entry rule: an action is verb_noun, such as `load_user`.",
    "rule_state_or_data": "Entry rule: an entry has `data`, `state` or attributes.",
    "rule_tags": "Entry rule: an entry has `ai_tags`.",
    "tags": "Entry rule: the tags that may be used; empty allows any.",
    "keep_days": "Traces older than this are removed by `backtrail gc`.",
    "keep_mib": "`backtrail gc` removes the oldest traces beyond this size on disk.",
    "keep_traces": "`backtrail gc` removes the oldest traces beyond this number.",
    "store": "Where the catalogue is kept: unset or `sqlite` in the directory, or the address of a "
    "database, `postgresql://user@host/database`.",
}
"""What each setting does, for `backtrail config` and the docs."""

MODES = ("full", "flight")
DEFAULTS = Settings()


def parse_switch(text: str, *, name: str) -> bool:
    """Read a switch: `1/true/yes/on` or `0/false/no/off`, in any case; the only such parser.

    Raises:
        UsageError: it is neither.
    """
    word = text.strip().lower()
    if word in _ON:
        return True
    if word in _OFF:
        return False
    raise UsageError(f"{name} is {text!r}, which is no switch", hint="use 1, true, yes, on or 0")


def parse(name: str, given: object, *, source: str) -> Value:
    """Bring what a source gives for a setting to the setting's type.

    Raises:
        UsageError: it does not fit, or there is no setting of that name.
    """
    if name not in ABOUT:
        raise UsageError(
            f"{source} sets {name!r}, which is no setting",
            hint="`backtrail config` lists the settings",
        )
    default = getattr(DEFAULTS, name)
    try:
        value = _converted(name, given, default, source)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{source} sets {name} to {given!r}, which does not fit",
            hint=ABOUT[name],
        ) from error
    if name == "mode" and value not in MODES:
        raise UsageError(f"{source} sets mode to {given!r}", hint="use full or flight")
    return _watched(given, value, source) if name == "watch" else value


def _watched(given: object, value: Value, source: str) -> Value:
    """Check what is to be watched: known words, or `none`."""
    words = value if isinstance(value, tuple) else ()
    if words == ("none",):
        return ()
    if unknown := [word for word in words if word not in WATCHES]:
        raise UsageError(
            f"{source} sets watch to {given!r}, of which {unknown[0]!r} is unknown",
            hint=f"use any of {', '.join(WATCHES)}",
        )
    return words


def _converted(name: str, given: object, default: Value, source: str) -> Value:
    if isinstance(default, bool):
        where = source if source.upper().endswith(name.upper()) else f"{name} in {source}"
        return given if isinstance(given, bool) else parse_switch(str(given), name=where)
    if isinstance(default, tuple):
        return _words(given)
    if name in {"hang_after_s", "slow_ms"} and given in {None, ""}:
        return None
    if name in {"hang_after_s", "slow_ms"} or isinstance(default, float):
        return _positive(float(given), name)  # type: ignore[arg-type]
    if isinstance(default, int):
        return int(_positive(int(given), name))  # type: ignore[call-overload]
    return str(given) if given not in {None, ""} else default


def _words(given: object) -> tuple[str, ...]:
    if isinstance(given, str):
        return tuple(word.strip() for word in given.split(",") if word.strip())
    if isinstance(given, Iterable):
        return tuple(str(word) for word in given)
    raise TypeError(given)


def _positive(number: float, name: str) -> float:
    if not number > 0:
        # As is "not a number".
        raise ValueError(name)
    return number


def shown(value: Value) -> Value:
    """Return a setting's value as it may be shown: of an address without the password."""
    return _PASSWORD.sub(r"\1:***@", value) if isinstance(value, str) else value


_PASSWORD = re.compile(r"(\w://[^/?#:@]*):.*@", re.DOTALL)


class Layer(Struct, frozen=True, kw_only=True):
    """What one source says."""

    source: str
    """Where from, in words: `BACKTRAIL_MODE`, `pyproject.toml`."""
    values: Mapping[str, object]


def settle(layers: Iterable[Layer]) -> tuple[Settings, dict[str, str]]:
    """Put layers together, the strongest first, and say where each value came from.

    Raises:
        UsageError: a layer sets an unknown setting, or one that does not fit.
    """
    chosen: dict[str, Value] = {}
    sources = dict.fromkeys(ABOUT, "default")
    for layer in layers:
        for name, given in layer.values.items():
            value = parse(name, given, source=layer.source)
            if name not in chosen:
                chosen[name] = value
                sources[name] = layer.source
    return Settings(**chosen), sources  # type: ignore[arg-type]
