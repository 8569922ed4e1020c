"""Entries off the fast path: everything that has to be checked, cut, redacted or explained.

The first entry of each shape comes through here too, and is then known to be plain.
"""

from __future__ import annotations

import sys
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from backtrail.model import limits
from backtrail.model.errors import EntryRuleError
from backtrail.model.settings import DEFAULTS, Settings
from backtrail.record import guard, journal, scope, sink
from backtrail.record.capture.redact import (
    clean_text,
    is_clean,
    is_secret_name,
    scrub,
    use_secret_names,
)
from backtrail.record.capture.snapshot import Walk, snapshot, snapshot_attributes
from backtrail.record.ring import ERROR_ACTION, with_history
from backtrail.record.scope import Scope

RESERVED = frozenset({"action", "data", "state", "ai_tags", "trace_id", "print_console"})
"""Keywords that are parameters of `debug` and no attributes."""
ACTION_CHARS_MAX = 200

plain_names: set[str] = set()
"""Attribute names that are neither reserved nor secret."""
plain_actions: set[str] = set()
"""Actions that keep the rules and are safe to write."""
settings: Settings = DEFAULTS

encode = msgspec.json.Encoder().encode


def use(given: Settings) -> None:
    """Hold entries to the rules of these settings from here on."""
    global settings  # noqa: PLW0603 - one recorder per process
    settings = given
    use_secret_names(given.redact_names)
    plain_names.clear()
    plain_actions.clear()


def checked_context(context: object) -> str:
    """Return a context's name as it is recorded.

    Contexts are never file names, so `a/b` and `a_b` stay apart; `..` is refused all the same,
    since an export makes folders of them.

    Raises:
        EntryRuleError: the name is refused, and the settings are strict.
    """
    name = context if type(context) is str else str(type(context).__name__)
    parts = name.replace("\\", "/").split("/")
    if ".." in parts:
        _breaks("context", f"context {name!r} leads out of its folder")
        parts = ["refused" if part == ".." else part for part in parts]
        name = "/".join(parts)
    name = name[:ACTION_CHARS_MAX]
    return name if is_clean(name) else clean_text(name)


def envelope(here: Scope, context: str) -> Raw:
    """Return the envelope of debug entries in a lane and a context, made once."""
    made = Raw(here.lane.head + b',"kind":"debug.recorded","context":' + encode(context))
    here.lane.debug[context] = made
    return made


def record(
    here: Scope, context: str, action: Any, more: tuple[Any, ...], attributes: dict[str, Any]
) -> None:
    """Record an entry that is not known to be plain."""
    names = tuple(attributes)
    if not RESERVED.isdisjoint(attributes):
        attributes = dict(attributes)
    given = {name: attributes.pop(name) for name in RESERVED & attributes.keys()}
    given.update(zip(("data", "state"), more, strict=False))
    if len(more) > 2:  # noqa: PLR2004 - data and state
        guard.count("debug called with too many arguments")
    action = _checked_action(action)
    _check_rules(given, attributes)
    _learn(names)
    trace_id = given.pop("trace_id", None)
    is_printed = given.pop("print_console", None) is True
    if type(trace_id) is str and trace_id:
        here = _named_scope(trace_id)
    _write(here, context, _body(action, given, attributes), is_printed=is_printed)


def are_plain(attributes: dict[str, Any]) -> bool:
    """Whether no attribute's name is reserved or secret; names met first are looked at."""
    if not plain_names.issuperset(attributes):
        _learn(tuple(attributes))
    return plain_names.issuperset(attributes)


def _learn(names: tuple[str, ...]) -> None:
    """Remember which names are plain, so that the next entry takes the fast path."""
    if len(names) > limits.ATTRIBUTES_MAX or len(plain_names) >= limits.CLEAN_STRINGS_MAX:
        return
    for name in names:
        if name not in RESERVED and is_clean(name) and not is_secret_name(name):
            plain_names.add(name)


def _body(
    action: str, given: dict[str, Any], attributes: dict[str, Any]
) -> tuple[dict[str, Any], Walk]:
    walk = Walk()
    body: dict[str, Any] = {"action": action, "attributes": snapshot_attributes(attributes, walk)}
    for name in ("data", "state"):
        if given.get(name) is not None:
            body[name] = snapshot(given[name], name=name, walk=walk)
    if (tags := given.get("ai_tags")) is not None:
        body["ai_tags"] = snapshot(tags, name="ai_tags", walk=walk)
    return body, walk


def _write(
    here: Scope, context: str, made: tuple[dict[str, Any], Walk], *, is_printed: bool
) -> None:
    body, walk = made
    head = here.lane.debug.get(context) or envelope(here, context)
    trace = bytes(head)
    if here.span_id is not UNSET:
        trace += b',"span":"' + str(here.span_id).encode() + b'"'
    t = journal.clock().monotonic_ns()
    members = scrub(encode(body), walk.taints)
    start = b'{"t":%d,"trace":%b,' % (t, trace)
    line = start + members[1:]
    whole = line + b"\n"
    if body["action"] == ERROR_ACTION:
        whole = with_history(line, here.trace.ring)
        sink.keep(here.trace)
    here.lane.keep(line)
    if len(whole) > limits.LINE_BYTES_MAX:
        whole = start + encode({"action": body["action"], "attributes": {"$cut": len(whole)}})[1:]
        whole += b"\n"
    sink.write(here, whole)
    if is_printed:
        print(f"[{context}] {members.decode()}", file=sys.stdout, flush=True)  # noqa: T201 - asked for


def record_after(
    error: Exception, context: str, action: Any, more: tuple[Any, ...], attributes: dict[str, Any]
) -> None:
    """Record an entry whose fast path broke, and count what broke if this does too."""
    if isinstance(error, EntryRuleError):
        raise error
    try:
        record(scope.current(), context, action, more, attributes)
    except EntryRuleError:
        raise
    except Exception as second:  # noqa: BLE001 - an edge: nothing may reach the program
        guard.count("event not recorded")
        guard.broke("debug", second)


def _named_scope(trace_id: str) -> Scope:
    here = scope.current()
    if here.trace.trace_id == trace_id:
        return here
    return scope.at_top(scope.find(clean_text(trace_id[:ACTION_CHARS_MAX])))


def _checked_action(action: Any) -> str:
    if type(action) is not str:
        guard.count("action is no text")
        return f"<{type(action).__name__}>"
    if action in plain_actions:
        return action
    if settings.rule_verb_noun and "_" not in action.strip("_"):
        _breaks("action", f"action {action[:60]!r} is not verb_noun")
        return clean_text(action[:ACTION_CHARS_MAX])
    if len(action) > ACTION_CHARS_MAX or not is_clean(action):
        return clean_text(action[:ACTION_CHARS_MAX])
    if (
        action != ERROR_ACTION
        and not _has_more_rules()
        and len(plain_actions) < limits.CLEAN_STRINGS_MAX
    ):
        plain_actions.add(action)
    return action


def _has_more_rules() -> bool:
    return settings.rule_tags or settings.rule_state_or_data or bool(settings.tags)


def _check_rules(given: dict[str, Any], attributes: dict[str, Any]) -> None:
    tags = given.get("ai_tags")
    is_plain = type(tags) is list or type(tags) is tuple
    words = [tag for tag in tags if type(tag) is str] if is_plain and tags else []
    if settings.rule_tags and not words:
        _breaks("tags", "an entry has no ai_tags")
    if settings.tags and (unknown := [word for word in words if word not in settings.tags]):
        _breaks("vocabulary", f"ai_tags {unknown[:5]} are not in the vocabulary")
    has_state = given.get("data") is not None or given.get("state") is not None
    if settings.rule_state_or_data and not has_state and not attributes:
        _breaks("state", "an entry has neither data nor state nor attributes")


def _breaks(rule: str, message: str) -> None:
    guard.count(f"entry rule broken: {rule}")
    if settings.strict:
        raise EntryRuleError(message, hint="mend the call, or record without strict=True")
