"""Secrets in a text that has their name before them.

`password=…`, `"token": "…"` as JSON at any depth of escaping, `Authorization: …` as a header
line, `?api_key=…` in a URL and in a URL inside of one, `--password …` on a command line,
`('x-api-key', '…')` as Python shows a header.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from backtrail.record.capture.secrets.expressions import expression
from backtrail.record.capture.secrets.literals import compared_literals, literals_of
from backtrail.record.capture.secrets.names import is_secret_name
from backtrail.record.capture.secrets.taints import MARKER

Found = Callable[[str], object] | None

_NAMED = expression(
    r"(?:(?<![\w.\-])|(?<=%[0-9A-Fa-f]{2}))-{0,2}(?P<name>[A-Za-z_$][\w.\-]{0,127}+)"
    r"(?P<quote>\\{0,8}[\"']|%2[27]|)\]?[ \t]{0,40}"
    r"(?P<sep>=>|->|:=|==?|!=|:|%3[AaDd]|,(?=[ \t]{0,4}[bru]{0,2}\\{0,8}[\"'])|\n?[ \t]{1,4})"
    r"[ \t]{0,40}(?:\\?\r?\n[ \t]{0,40}){0,2}"
)
"""A name, and what stands between it and a value; a mere space only counts for an option."""
_QUOTED = expression(
    r"(?s)[bfruBFRU]{0,2}(?:(?P<slashes>\\{1,8})(?P<escaped>[\"'])"
    r".*?(?:(?<!\\)(?:(?:(?P=slashes)\\){2})*(?P=slashes)(?P=escaped)|\Z)"
    r"|\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)"
    r"|\"(?:[^\"\\]|\\.)*+(?:\"|\\?\Z)|'(?:[^'\\]|\\.)*+(?:'|\\?\Z))"
)
_LINE = expression(r"(?:=\\{0,8}\"[^\"\n]{0,4096}\"|[^\n\"'\\])*+")
_WORD = expression(
    r"(?:(?i:bearer|basic|token|digest|negotiate|apikey)[ \t]{1,4}|![\w/]{1,64}+[ \t]{1,4})?"
    r"(?:\[redacted\]|[^\s,;&\"'<>\\)\]}])++"
)
_ENCODED = expression(r"(?:(?!%(?:2[267Cc]|3[Bb]|7[Dd]))[^\s,;&\"'<>\\)\]}])++")
"""A value in a text that is quoted for a URL: its own marks are quoted twice."""
_BLOCK = expression(r"[|>][+\-]?\d?[ \t]*\n(?P<lines>(?:[ \t]+[^\n]*(?:\n|\Z))+)")
"""A value of several lines as YAML has it."""
_PLAIN = frozenset(["none", "null", "nil", "true", "false", "undefined", "na", "n/a"])
"""Values that reveal nothing, and that explain many a failure."""
_WHOLE_LINE = ("authorization", "cookie", "passphrase", "mnemonic", "phrase")
_PROSE = frozenset({"token", "auth", "signature", "bearer", "cookie", "pin", "pass", "credentials"})
"""Words after which a colon and a word of letters are rather a sentence: `token: expected name`."""
_WORD_CHARS_MAX = 15
"""Longer ones are hardly a word of a sentence."""
_URL_SECRETS = frozenset({"key", "sig", "code_verifier", "assertion"})
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_BEFORE_CHARS = 120
_SETTER = expression(r"\bset\w{0,40}\([^()\n]{0,80}\Z")
"""A call that is given a name and its value: `setenv("TOKEN", "…")`."""


def blank_assigned(text: str, found: Found, *, is_source: bool = False) -> str:
    """Replace every value that has a secret name before it, and tell `found` each of them.

    In source of Python only a literal is a value, and no line is lost.
    """
    pieces: list[str] = []
    kept = place = 0
    while (match := _NAMED.search(text, place)) is not None:
        place = match.end()
        if not _announces(text, match):
            place = max(match.end("name"), match.start() + 1)
            continue
        if is_source and not _is_comment(text, match.start()):
            sep, is_key = match["sep"], bool(match["quote"])
            literals = literals_of(text, match.start(), match.end(), sep=sep, is_key=is_key)
            stretches = list(literals)
        else:
            stretches = [_value(text, match)]
        for start, end in stretches:
            if kept <= start < end:
                value = text[start:end]
                pieces += (text[kept:start], MARKER + "\n" * (is_source * value.count("\n")))
                if found is not None:
                    found(value)
                kept = place = end
    if not pieces:
        return text
    return "".join(pieces) + text[kept:]


def blank_compared(text: str, found: Found) -> str:
    """Replace the literals that source compares with a secret."""
    for start, end in reversed(list(compared_literals(text))):
        if text[start:end] != MARKER:
            if found is not None:
                found(text[start:end])
            text = text[:start] + MARKER + text[end:]
    return text


def _is_comment(text: str, place: int) -> bool:
    return "#" in text[text.rfind("\n", 0, place) + 1 : place]


def _announces(text: str, match: re.Match[str]) -> bool:
    """Tell whether a secret value must be expected behind a name."""
    name, sep = match["name"], match["sep"]
    is_option = text[match.start()] == "-"
    if not sep.strip() and (not is_option or match["quote"]):
        return False
    if is_secret_name(name):
        return sep != "," or (bool(match["quote"]) and (is_option or _is_pair(text, match)))
    before = text[match.start() - 1 : match.start()]
    return sep == "=" and before in {"?", "&"} and name.lower() in _URL_SECRETS


def _is_pair(text: str, match: re.Match[str]) -> bool:
    """Tell whether a quoted name and the text behind it are alone in their brackets."""
    quoted = _QUOTED.match(text, match.end())
    after = text[quoted.end() : quoted.end() + 1] if quoted else ""
    before = text[max(0, match.start() - _BEFORE_CHARS) : match.start()].rstrip("\\\"'bru")
    is_closed = before[-1:] in {"(", "["} and after == _CLOSING[before[-1:]]
    return is_closed or (after == ")" and _SETTER.search(before) is not None)


def _value(text: str, match: re.Match[str]) -> tuple[int, int]:
    """Return where the value behind a name stands; an empty stretch when there is none to hide."""
    start, nothing = match.end(), (match.end(), match.end())
    name, sep = match["name"].lower(), match["sep"]
    if sep[0] == "%":
        start += len("%22") * text.startswith(("%22", "%27"), start)
        found = _ENCODED.match(text, start)
        return (start, found.end()) if found else nothing
    quoted = _QUOTED.match(text, start)
    if quoted is not None:
        return _inside_quotes(text, quoted)
    if text[start : start + 1] in _CLOSING and not text.startswith(MARKER, start):
        return start, _closing(text, start)
    return _bare(text, start, name, sep)


def _bare(text: str, start: int, name: str, sep: str) -> tuple[int, int]:
    """Return where a value without quotes or brackets stands."""
    whole = name.endswith(_WHOLE_LINE) and sep == ":"
    block = _BLOCK.match(text, start) if sep == ":" else None
    if block is not None:
        return block.start("lines"), block.end("lines")
    found = (_LINE if whole else _WORD).match(text, start)
    if found is None or found[0].lower() in _PLAIN or found[0].startswith(MARKER):
        return start, start
    is_word = found[0].isalpha() and len(found[0]) <= _WORD_CHARS_MAX
    if is_word and sep == ":" and name in _PROSE and not whole:
        return start, start
    return start, found.start() + len(found[0].rstrip())


def _inside_quotes(text: str, quoted: re.Match[str]) -> tuple[int, int]:
    """Return the part between the quotes, so that a text of JSON stays one."""
    value = quoted[0].lstrip("bfruBFRU")
    start = quoted.end() - len(value)
    width = _width(value)
    end = quoted.end()
    if value.endswith(value[:width]) and len(value) >= 2 * width:
        end -= width
    inside = text[start + width : end]
    if inside.startswith(MARKER) or inside.lower() in _PLAIN:
        return end, end
    return start + width, end


def _width(value: str) -> int:
    """Return how many characters a text's opening quotes have, with what escapes them."""
    if value[:3] in {'"' * 3, "'" * 3}:
        return 3
    return len(value) - len(value.lstrip("\\")) + 1


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
