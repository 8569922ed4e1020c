"""Secrets in forms and markup, where a field's name and its value stand apart.

`{"name": "password", "value": "…"}` as JSON, HTML and many reprs have it, `<password>…</password>`,
and the parts of `multipart/form-data`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from backtrail.record.capture.secrets.expressions import expression
from backtrail.record.capture.secrets.names import is_secret_name
from backtrail.record.capture.secrets.taints import MARKER

_FIELD = expression(
    r"\b(?i:name|key|header)\\{0,8}[\"']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,8}[\"']"
    r"(?P<name>[\w.\-\[\]]{1,128}+)\\{0,8}[\"'][^<>{}\n]{0,200}?\b(?i:value)\\{0,8}[\"']?"
    r"[ \t]{0,4}[:=][ \t]{0,4}(?P<slashes>\\{0,8})(?P<quote>[\"'])"
    r"(?P<value>[^\n]{0,4096}?)"
    r"(?=(?<!\\)(?:(?:(?P=slashes)\\){2})*(?P=slashes)(?P=quote)|\n|\Z)"
)
_ELEMENT = expression(
    r"<(?:[\w.\-]{1,64}:)?(?P<name>[\w.\-]{1,128}+)(?:\s[^<>]{0,256})?>(?P<value>[^<]{1,4096}+)</"
)
_PART = expression(
    r"(?s)\bname=\"?(?P<name>[\w.\-\[\]]{1,128}+)\"?[^\n]{0,200}?\r?\n"
    r"(?:[^\r\n]{1,200}\r?\n){0,5}\r?\n(?P<value>.{1,4096}?)(?=\r?\n--|\Z)"
)


def blank_fields(text: str, lowered: str, found: Callable[[str], object] | None) -> str:
    """Replace the values of fields with secret names, and tell `found` each of them.

    `lowered` is the text in lower case.
    """
    if "value" in lowered:
        text = _without(_FIELD, text, found)
    if "</" in text:
        text = _without(_ELEMENT, text, found)
    if "form-data" in lowered:
        text = _without(_PART, text, found)
    return text


def _without(fields: re.Pattern[str], text: str, found: Callable[[str], object] | None) -> str:
    def blank(match: re.Match[str]) -> str:
        value = match["value"]
        if not is_secret_name(match["name"]) or not value.strip() or value.startswith(MARKER):
            return match[0]
        if found is not None:
            found(value)
        return (
            match[0][: match.start("value") - match.start()]
            + MARKER
            + (match[0][match.end("value") - match.start() :])
        )

    return fields.sub(blank, text)
