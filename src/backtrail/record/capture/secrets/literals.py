"""Literals in the source of Python that are, or make, the value of a secret name.

`password = "…"`, `password: str = "…"`, `connect(password=decode("…"))`, a collection under a
secret name. What says where a secret comes from stays: the name of a variable, a key, a path that
is read, an encoding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backtrail.record.capture.secrets.expressions import expression
from backtrail.record.capture.secrets.names import is_secret_name

_TOKEN = expression(
    r"(?s)(?P<comment>\#[^\n]*)|(?P<space>(?:[ \t\r\f]|\\\n)+)|(?P<literal>[bfruBFRU]{0,2}(?:"
    r"\"{3}(?:[^\\]|\\.)*?(?:\"{3}|\Z)|'{3}(?:[^\\]|\\.)*?(?:'{3}|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?))"
    r"|(?P<word>[\w.]+)|(?P<mark>.)"
)
_ANNOTATED = expression(r"[\w.| \t]{1,80}(?:\[[^\n=]{1,80}\])?[\w.| \t]{0,80}=(?!=)")
_CONDITION = expression(r"\s*(?:if|elif|while|for|with|except|case)\b")
_ENDS = frozenset("\n;:,")
_COMPARED = expression(
    r"(?:\"(?P<one>(?:[^\"\\\n]|\\.){1,256}+)\"|'(?P<other>(?:[^'\\\n]|\\.){1,256}+)')"
    r"[ \t]{0,4}[!=]=[ \t]{0,4}(?P<name>[A-Za-z_][\w.]{0,127}+(?:\[[\"'][\w.\-]{1,64}[\"']\])?)"
)
_TOKENS_MAX = 500
"""Pieces of one expression that are looked at."""
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_QUOTES = expression(r"[bfruBFRU]{0,2}(?P<quote>\"{3}|'{3}|[\"'])")
_READERS = frozenset(
    str.split(
        """
        open get getenv input getpass prompt Path read read_text read_secret load load_secret
        get_secret get_secret_value require fetch environ header cookie Cookie Header Query Depends
        getattr pop
        """
    )
)
"""Functions whose first argument says where something is found."""
_NAME = expression(r"[A-Z][A-Z0-9_]*\Z")
_PLAIN = frozenset(
    str.split("none null true false [redacted] utf-8 utf8 ascii latin-1 latin1 idna hex base64")
) | {""}


def compared_literals(text: str) -> Iterator[tuple[int, int]]:
    """Yield where literals stand that are compared with a secret name: `"…" == password`."""
    for match in _COMPARED.finditer(text):
        if is_secret_name(match["name"]):
            yield match.span("one" if match["one"] else "other")


def literals_of(
    text: str, named: int, start: int, *, sep: str, is_key: bool
) -> Iterator[tuple[int, int]]:
    """Yield where the literals stand that make the value behind a secret name, without quotes.

    `named` is where the name begins, `start` the place behind what separates it from the value,
    and `is_key` tells that the name is in quotes.
    """
    line = text[text.rfind("\n", 0, named) + 1 : named]
    if sep == ":" and not is_key:
        annotated = _ANNOTATED.match(text, start)
        if annotated is None or _CONDITION.match(line):
            return
        start = annotated.end()
    is_one_of_many = "," in line and not _OPENING.intersection(line)
    ends = _ENDS - {","} if is_one_of_many else _ENDS
    yield from _literals(text, start, ends | {"and", "or"} if sep in {"==", "!="} else ends)


def _literals(text: str, start: int, ends: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the literals of an expression up to its end."""
    depth = 0
    before: list[str] = ["", ""]
    for _ in range(_TOKENS_MAX):
        token = _TOKEN.match(text, start)
        if token is None:
            return
        start = token.end()
        if token["comment"] or token["space"]:
            continue
        if token["literal"]:
            stretch = _inside(token)
            if not _is_harmless(text, stretch, start, before):
                yield stretch
        else:
            depth += (token[0] in _OPENING) - (token[0] in _CLOSING)
            if depth < 0 or (not depth and token[0] in ends):
                return
        if token[0] != "\n":
            before = [before[1], token[0]]


def _inside(token: re.Match[str]) -> tuple[int, int]:
    """Return the part of a literal between its quotes."""
    opening = _QUOTES.match(token[0])
    assert opening is not None
    quote = opening["quote"]
    is_closed = len(token[0]) >= opening.end() + len(quote) and token[0].endswith(quote)
    return token.start() + opening.end(), token.end() - len(quote) * is_closed


def _is_harmless(text: str, stretch: tuple[int, int], end: int, before: list[str]) -> bool:
    """Tell whether a literal says where a secret is found, and is none itself."""
    value = text[stretch[0] : stretch[1]]
    owner, opening = before
    if opening == "[" and (owner[-1:].isalnum() or owner[-1:] in {"_", ")", "]"}):
        return True
    if opening == "(" and owner.rpartition(".")[2] in _READERS:
        return True
    if opening in {"{", ","} and re.match(r"[ \t]*:", text[end : end + 10]):
        return True
    is_name = _NAME.match(value) is not None and any(map(str.isalpha, value)) and "_" in value
    return is_name or value.lower() in _PLAIN
