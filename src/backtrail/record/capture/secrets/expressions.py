"""Regular expressions that are compiled when they are first needed.

Compiling all that the search for secrets may need takes longer than the rest of the import, and
most programs need few of them.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Expression:
    """Stands in for a compiled expression; what is asked of it once, it knows from then on."""

    def __init__(self, source: str | bytes) -> None:
        self.pattern = source

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self.pattern), name)
        setattr(self, name, value)
        return value


def expression(source: str) -> re.Pattern[str]:
    """Return an expression to search texts with; it is compiled by its first use.

    An expression that is wrong raises `re.error` there.
    """
    return cast("re.Pattern[str]", _Expression(source))


def byte_expression(source: bytes) -> re.Pattern[bytes]:
    """Return an expression to search bytes with; it is compiled by its first use."""
    return cast("re.Pattern[bytes]", _Expression(source))
