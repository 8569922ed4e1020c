"""The statements of the text index, read from its file of SQL, by name."""

from __future__ import annotations

import re
from pathlib import Path

_FILE = Path(__file__).parent / "sql" / "text.sql"
_HEAD = re.compile(r"^-- name: (\w+)\n", flags=re.MULTILINE)
_REMARK = re.compile(r"^--.*\n?", flags=re.MULTILINE)
_PIECES = _HEAD.split(_FILE.read_text("utf-8"))[1:]

STATEMENTS = {
    name: _REMARK.sub("", sql).strip()
    for name, sql in zip(_PIECES[::2], _PIECES[1::2], strict=True)
}
"""Every statement by its name."""
