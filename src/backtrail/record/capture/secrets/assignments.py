"""Secrets in a text that has their name before them.

`password=…`, `"token": "…"` as JSON at any depth of escaping, `Authorization: …` as a header
line, `?api_key=…` in a URL, `--password …` on a command line.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from backtrail.record.capture.secrets.names import is_secret_name
from backtrail.record.capture.secrets.taints import MARKER

_NAMED = re.compile(
    r"(?<![\w.\-])-{0,2}(?P<name>[A-Za-z_$][\w.\-]{0,127}+)"
    r"(?P<quote>\\{0,8}[\"']?)\]?[ \t]{0,4}(?P<sep>=>|:=|==?|!=|:|\n?[ \t]{1,4})[ \t\n]{0,4}"
)
"""A name, and what stands between it and a value; a mere space only counts for an option."""
_QUOTED = re.compile(
    r"(?s)[bfruBFRU]{0,2}(?:(?P<slashes>\\{1,8})(?P<escaped>[\"']).*?(?:(?P=slashes)(?P=escaped)|\Z)"
    r"|\"(?:[^\"\\]|\\.)*+(?:\"|\\?\Z)|'(?:[^'\\]|\\.)*+(?:'|\\?\Z))"
)
_LINE = re.compile(r"[^\n\"'\\]*+")
_WORD = re.compile(
    r"(?:(?i:bearer|basic|token|digest|negotiate|apikey)[ \t]{1,4})?[^\s,;&\"'<>\\)\]}]++"
)
_PLAIN = frozenset(["none", "null", "nil", "true", "false", "undefined", "na", "n/a"])
"""Values that reveal nothing, and that explain many a failure."""
_WHOLE_LINE = ("authorization", "cookie", "passphrase", "mnemonic", "phrase")
_PROSE = frozenset({"token", "auth", "signature", "bearer", "cookie", "pin", "pass", "credentials"})
"""Words after which a colon and a word of letters are rather a sentence: `token: expected name`."""
_URL_SECRETS = frozenset({"key", "sig", "code_verifier", "assertion"})
_OPENING = "{[("
_CLOSING = {"{": "}", "[": "]", "(": ")"}


def blank_assigned(
    text: str, found: Callable[[str], object] | None, *, is_source: bool = False
) -> str:
    """Replace every value that has a secret name before it, and tell `found` each of them.

    In source of Python only a literal is a value.
    """
    pieces: list[str] = []
    kept = place = 0
    while (match := _NAMED.search(text, place)) is not None:
        place = match.end()
        if not _announces(text, match):
            place = max(match.end("name"), match.start() + 1)
            continue
        start, end = _value(text, match, is_source=is_source)
        if start < end:
            pieces += (text[kept:start], MARKER)
            if found is not None:
                found(text[start:end])
            kept = place = end
    if not pieces:
        return text
    return "".join(pieces) + text[kept:]


def _announces(text: str, match: re.Match[str]) -> bool:
    """Tell whether a secret value must be expected behind a name."""
    name, sep = match["name"], match["sep"]
    if not sep.strip() and (text[match.start()] != "-" or match["quote"]):
        return False
    if is_secret_name(name):
        return True
    before = text[match.start() - 1 : match.start()]
    return sep == "=" and before in {"?", "&"} and name.lower() in _URL_SECRETS


def _value(text: str, match: re.Match[str], *, is_source: bool) -> tuple[int, int]:
    """Return where the value behind a name stands; an empty stretch when there is none to hide."""
    start, nothing = match.end(), (match.end(), match.end())
    quoted = _QUOTED.match(text, start)
    if quoted is not None:
        return _inside_quotes(text, quoted)
    is_expression = is_source and "#" not in text[: match.start()]
    if is_expression or text.startswith(MARKER, start):
        return nothing
    if text[start : start + 1] in _CLOSING:
        return start, _closing(text, start)
    name, sep = match["name"].lower(), match["sep"]
    whole = name.endswith(_WHOLE_LINE) and sep == ":"
    found = (_LINE if whole else _WORD).match(text, start)
    if found is None or found[0].lower() in _PLAIN:
        return nothing
    is_prose = sep == ":" and name in _PROSE and not whole and found[0].isalpha()
    if is_prose:
        return nothing
    return start, found.start() + len(found[0].rstrip())


def _inside_quotes(text: str, quoted: re.Match[str]) -> tuple[int, int]:
    """Return the part between the quotes, so that a text of JSON stays one."""
    value = quoted[0].lstrip("bfruBFRU")
    start = quoted.end() - len(value)
    width = len(value) - len(value.lstrip("\\")) + 1
    end = quoted.end()
    if value.endswith(value[:width]) and len(value) >= 2 * width:
        end -= width
    inside = text[start + width : end]
    if inside.startswith(MARKER) or inside.lower() in _PLAIN:
        return end, end
    return start + width, end


def _closing(text: str, start: int) -> int:
    """Return where a bracket opened at `start` is closed again, or the end of the text."""
    opening = text[start]
    closing, depth = _CLOSING[opening], 0
    for place in range(start, len(text)):
        if text[place] == opening:
            depth += 1
        elif text[place] == closing:
            depth -= 1
            if not depth:
                return place + 1
    return len(text)
