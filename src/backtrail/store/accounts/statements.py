"""The statements of `sql/`, by name, and what makes an empty file of accounts."""

from __future__ import annotations

import re
from pathlib import Path

_FOLDER = Path(__file__).with_name("sql")
SCHEMA = (_FOLDER / "schema.sql").read_text(encoding="utf-8")


def named(text: str) -> dict[str, str]:
    """Return the statements of a file that stand below lines `-- name: …`."""
    pieces = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(pieces[::2], (sql.strip() for sql in pieces[1::2]), strict=True))


STATEMENTS = named((_FOLDER / "statements.sql").read_text(encoding="utf-8"))
