"""A captured value as text, close to how Python would print it.

`record.capture` stores what JSON does not have under `$type`, and what it left out under `$cut`,
`$depth`, `$cycle`, `$changing` and `$broken`; here these become words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from backtrail.model.event import Json

VALUE_CHARS_MAX = 4_000
"""Characters that one value may take in a line; `--json` has the whole of it."""
MARKS = {
    "$depth": "…",
    "$cycle": "… itself",
    "$changing": "… changing meanwhile",
    "$broken": "… could not be read",
}
"""What stands in place of a value that was not followed."""


def value_text(value: Json) -> str:
    """Write a captured value as one would in Python; cut where it is very long."""
    text = _text(value)
    if len(text) <= VALUE_CHARS_MAX:
        return text
    return f"{text[:VALUE_CHARS_MAX]}… ({len(text) - VALUE_CHARS_MAX:,} more chars)"


def _text(value: Json) -> str:
    if isinstance(value, dict):
        return _object(value) if isinstance(value.get("$type"), str) else _dict(value)
    if isinstance(value, list | tuple):
        return f"[{_items(value)}]"
    return repr(value)


def _dict(value: Mapping[str, Json]) -> str:
    shown = [f"{key!r}: {_text(item)}" for key, item in value.items() if key != "$cut"]
    return "{" + ", ".join(shown + _cut(value)) + "}"


def _items(items: Iterable[Json]) -> str:
    return ", ".join(
        "".join(_cut(item)) if isinstance(item, dict) and item.keys() == {"$cut"} else _text(item)
        for item in items
    )


def _cut(value: Mapping[str, Json]) -> list[str]:
    return [f"… {value['$cut']:,} more"] if isinstance(value.get("$cut"), int) else []


def _object(value: Mapping[str, Any]) -> str:
    full = value["$type"]
    name = full.rpartition(".")[2]
    mark = next((text for key, text in MARKS.items() if key in value), None)
    if mark is not None:
        return f"{name}({mark})"
    if full in _SPECIAL:
        return _SPECIAL[full](value)
    parts = {key: item for key, item in value.items() if _is_telling(key, item)}
    if parts.keys() == {"items"} and isinstance(parts["items"], list):
        return f"{name}([{_items(parts['items'])}])"
    if parts.keys() == {"name"} and isinstance(parts["name"], str):
        return f"<{name} {parts['name']}>"
    shown = [f"{key}={_text(item)}" for key, item in parts.items()]
    return f"{name}({', '.join(shown + _cut(value))})"


def _is_telling(key: str, item: Json) -> bool:
    """Tell whether a field says something: a class that is stored under its own name does not."""
    if isinstance(item, dict) and item.get("$type") == "type":
        return str(item.get("name", "")).rpartition(".")[2] != key
    return key not in {"$type", "$cut"}


def _set(value: Mapping[str, Any]) -> str:
    items = value.get("items") or []
    return "{" + _items(items) + "}" if items else "set()"


def _frozenset(value: Mapping[str, Any]) -> str:
    return f"frozenset({_set(value) if value.get('items') else ''})"


def _number(value: Mapping[str, Any]) -> str:
    if "value" in value:
        return str(value["value"])
    return f"{value.get('head', '')}… ({value.get('bits', '?')} bits)"


def _bytes(value: Mapping[str, Any]) -> str:
    return f"<{value.get('size', '?')} bytes {value.get('head', '')!r}>"


_SPECIAL: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "bytearray": _bytes,
    "bytes": _bytes,
    "float": _number,
    "frozenset": _frozenset,
    "int": _number,
    "set": _set,
}
