"""Puts an entry into a JSON configuration file, or takes it out, and keeps all else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from backtrail.model.errors import UsageError

_INDENT = re.compile(r"^\{\s*\n([ \t]+)\"")


def with_entry(text: str, *, file: str, table: str, name: str, entry: Mapping[str, Any]) -> str:
    """Return the text of a file with an entry in one of its tables.

    Raises:
        UsageError: the text is no JSON object, or its table is none.
    """
    content = read(text, file=file)
    servers = _table(content, file=file, table=table)
    if servers.get(name) == entry:
        return text
    content[table] = {**servers, name: dict(entry)}
    return _written(content, text)


def without_entry(text: str, *, file: str, table: str, name: str) -> str:
    """Return the text of a file without the entry; empty when nothing else was in it.

    Raises:
        UsageError: the text is no JSON object, or its table is none.
    """
    content = read(text, file=file)
    servers = _table(content, file=file, table=table)
    if name not in servers:
        return text
    rest = {key: value for key, value in servers.items() if key != name}
    if rest:
        content[table] = rest
    else:
        del content[table]
    return _written(content, text) if content else ""


def read(text: str, *, file: str) -> dict[str, Any]:
    """Read the text of a JSON file that holds an object; an empty one counts as empty.

    Raises:
        UsageError: it is none, or has a member twice.
    """
    if not text.strip():
        return {}
    try:
        content = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{file}, line {error.lineno} is not JSON: {error.msg}", hint="mend it by hand first"
        ) from error
    except ValueError as error:
        raise UsageError(f"{file} has {error}", hint="mend it by hand first") from error
    if not isinstance(content, dict):
        raise UsageError(f"{file}, line 1 holds no object", hint="mend it by hand first")
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse what would be lost: a member that stands there twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{double!r} twice in one object")
    return found


def _table(content: Mapping[str, Any], *, file: str, table: str) -> dict[str, Any]:
    servers = content.get(table, {})
    if not isinstance(servers, dict):
        raise UsageError(f"{file}: {table!r} is no object", hint="mend it by hand first")
    return servers


def _written(content: Mapping[str, Any], before: str) -> str:
    """Write in the indentation that was there."""
    found = _INDENT.match(before)
    indent: int | str = found[1] if found else 2
    return json.dumps(content, indent=indent, ensure_ascii=False) + "\n"
