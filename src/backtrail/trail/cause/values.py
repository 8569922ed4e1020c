"""What the names of a failing expression stood for, read from the captured variables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from backtrail.model.event import Json
from backtrail.model.kinds import Frame

MISSING = object()
"""Stands for a value that was not captured."""

PLURAL_CHARS_MIN = 3
IDENTIFIER_CHARS_MIN = 4

_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


def parsed(frame: Frame) -> ast.AST | None:
    """Return the failing expression of a frame as a tree, or else its line."""
    for text in (frame.expression, frame.code):
        if not text:
            continue
        for attempt in (text, f"{text.rstrip()} pass", f"{text.rstrip(' (,')}"):
            try:
                return ast.parse(attempt.strip())
            except (SyntaxError, ValueError):
                continue
    return None


def raises_itself(frame: Frame) -> bool:
    """Tell whether the frame's line is one that raises: what failed lies before it."""
    return (frame.code or "").lstrip().startswith("raise ") or (frame.code or "").strip() == "raise"


def operands(frame: Frame) -> Iterator[tuple[str, Json]]:
    """Yield the parts of the failing expression that were captured: how written, and the value."""
    tree = parsed(frame)
    variables = frame.locals or {}
    if tree is None:
        for name in _IDENTIFIER.findall(frame.code or ""):
            if name in variables:
                yield name, variables[name]
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            value = _value(node, variables)
            if value is not MISSING:
                yield ast.unparse(node), value


def containers(frame: Frame) -> list[tuple[str, Json]]:
    """List what the failing expression takes something out of: `card["zones"]`, `settings`."""
    tree = parsed(frame)
    if tree is None:
        return []
    variables = frame.locals or {}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute):
            value = _value(node.value, variables)
            found.append((ast.unparse(node.value), None if value is MISSING else value))
    return found


def _value(node: ast.expr, variables: Mapping[str, Json]) -> Json:
    if isinstance(node, ast.Name):
        return variables.get(node.id, MISSING)
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str | int | float) else MISSING
    if isinstance(node, ast.Attribute):
        held = _value(node.value, variables)
        return held.get(node.attr, MISSING) if isinstance(held, dict) else MISSING
    if isinstance(node, ast.Subscript):
        return _item(_value(node.value, variables), _value(node.slice, variables))
    return MISSING


def _item(held: Json, key: Json) -> Json:
    if key is MISSING:
        return MISSING
    if isinstance(held, dict):
        return held.get(str(key), MISSING)
    if isinstance(held, list) and isinstance(key, int) and -len(held) <= key < len(held):
        return held[key]
    return MISSING


def identifiers(text: str) -> list[str]:
    """Return the identifiers in a text, in lower case: those of many letters, or with a number."""
    found = (word.casefold() for word in _IDENTIFIER.findall(text))
    return [word for word in found if len(word) >= IDENTIFIER_CHARS_MIN]


def words_of(identifier: str) -> list[str]:
    """Cut identifiers into lower-case words: `RateCards.renew` gives rate, card, renew."""
    words = (word.casefold() for word in _CAMEL.findall(identifier))
    return [
        word[:-1] if len(word) > PLURAL_CHARS_MIN and word[-1] == "s" else word for word in words
    ]


def type_names(value: Json) -> Iterator[str]:
    """Yield the classes of a captured object and of what it holds directly."""
    if isinstance(value, dict):
        kind = value.get("$type")
        if isinstance(kind, str):
            yield kind.rpartition(".")[2]
        for inner in value.values():
            if isinstance(inner, dict) and isinstance(inner.get("$type"), str):
                yield inner["$type"].rpartition(".")[2]
