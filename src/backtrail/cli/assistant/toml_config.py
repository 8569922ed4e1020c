"""Puts a table into a TOML configuration file, or takes it out, and keeps all else as it stands.

The file is changed as text, so that comments and order stay. Whatever way it was written, the
result is read again: it must say what was meant and nothing else, or nothing is written.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from backtrail.model.errors import UsageError

_HEADER = re.compile(r"\s*\[{1,2}\s*(?P<keys>[^\[\]#]+?)\s*\]{1,2}\s*(?:#.*)?\Z")
_BY_HAND = "change it by hand: `--print` shows what is meant"
_LINE = re.compile(r"\(at line (\d+), column \d+\)")


def with_entry(text: str, *, file: str, table: str, name: str, entry: Mapping[str, Any]) -> str:
    """Return the text of a file with a table of its own for the entry.

    Raises:
        UsageError: the text is no TOML, or has the entry in a form that cannot be changed.
    """
    content = read(text, file=file)
    servers = _servers(content, file=file, table=table)
    if servers.get(name) == entry:
        return text
    rest = _without_tables(text, table, name) if name in servers else text
    block = f"[{table}.{name}]\n" + "".join(
        f"{key} = {_value(value)}\n" for key, value in entry.items()
    )
    changed = f"{rest.rstrip()}\n\n{block}" if rest.strip() else block
    wanted = {**content, table: {**content.get(table, {}), name: dict(entry)}}
    return _checked(changed, wanted, file=file)


def without_entry(text: str, *, file: str, table: str, name: str) -> str:
    """Return the text of a file without the entry's table; empty when nothing else was in it.

    Raises:
        UsageError: the text is no TOML, or has the entry in a form that cannot be changed.
    """
    content = read(text, file=file)
    servers = _servers(content, file=file, table=table)
    if name not in servers:
        return text
    changed = _without_tables(text, table, name)
    rest = {key: value for key, value in servers.items() if key != name}
    wanted = {key: value for key, value in content.items() if key != table}
    if rest or re.search(rf"^\s*\[\s*{re.escape(table)}\s*\]", changed, flags=re.MULTILINE):
        wanted[table] = rest
    changed = f"{changed.rstrip()}\n" if changed.strip() else ""
    return _checked(changed, wanted, file=file)


def read(text: str, *, file: str) -> dict[str, Any]:
    """Read the text of a TOML file.

    Raises:
        UsageError: it is none.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        line = _LINE.search(said)
        where = f"{file}, line {line[1]}" if line else file
        raise UsageError(
            f"{where} is not TOML: {_LINE.sub('', said).strip()}", hint="mend it by hand first"
        ) from error


def _servers(content: Mapping[str, Any], *, file: str, table: str) -> dict[str, Any]:
    servers = content.get(table, {})
    if not isinstance(servers, dict):
        raise UsageError(f"{file}: {table!r} is no table", hint="mend it by hand first")
    return servers


def _without_tables(text: str, table: str, name: str) -> str:
    """Take away the entry's own table and those inside of it, up to what precedes the next."""
    kept: list[str] = []
    ours: list[str] = []
    is_ours = False
    for line in text.splitlines(keepends=True):
        header = _HEADER.match(line.rstrip("\n"))
        if header is not None:
            if is_ours:
                kept += _comments_at_end(ours)
            ours = []
            keys = [key.strip().strip("\"'") for key in header["keys"].split(".")]
            is_ours = keys[:2] == [table, name]
        (ours if is_ours else kept).append(line)
    return "".join(kept)


def _comments_at_end(lines: list[str]) -> list[str]:
    """Return the comments with which a table ends: they are about the one after it."""
    start = len(lines)
    while start and (lines[start - 1].strip() == "" or lines[start - 1].lstrip().startswith("#")):
        start -= 1
    while start < len(lines) and not lines[start].strip():
        start += 1
    return lines[start:]


def _value(value: str | list[str]) -> str:
    """Write a text or a list of texts; JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False)


def _checked(text: str, wanted: Mapping[str, Any], *, file: str) -> str:
    try:
        is_meant = tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        is_meant = False
    if not is_meant:
        raise UsageError(f"{file} has the entry in a form that cannot be changed", hint=_BY_HAND)
    return text
