"""URLs and headers as they are told of: bounded, and without the secrets that stand in them."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

from msgspec import Struct

from backtrail.model.limits import HEADER_CHARS_MAX, HEADERS_MAX, URL_CHARS_MAX
from backtrail.record.capture.redact import (
    MARKER,
    clean_text,
    is_clean,
    is_random,
    is_secret_name,
    when_names_change,
)
from backtrail.record.capture.values.hiding import hidden
from backtrail.record.capture.values.walk import Walk, shown_text

_BORING = frozenset(
    str.split(
        """
        accept accept-encoding accept-language connection date host keep-alive
        transfer-encoding user-agent server vary via x-powered-by strict-transport-security
        alt-svc nel report-to
        """
    )
)
"""Headers that say nothing about what was asked and answered."""
_NAMES_MAX = 1_000
_CREDENTIAL_CHARS_MIN = 16
_BORING_BEGINNINGS = ("x-stainless-", "sec-", "access-control-", "cf-")


def text_of(part: Any) -> str:
    """Return a part of a header, or of a URL, as text."""
    if isinstance(part, str):
        # Some clients have a class of their own for names.
        return str.__str__(part)
    return part.decode("latin-1") if type(part) is bytes else ""


def header(headers: list[tuple[Any, Any]], wanted: str) -> str:
    """Return the value of a header, or an empty text."""
    for name, value in headers:
        if len(name) == len(wanted) and text_of(name).lower() == wanted:
            return text_of(value)
    return ""


def shown_headers(headers: list[tuple[Any, Any]], walk: Walk) -> dict[str, str]:
    """Return the headers that say something, in lower case; a secret name hides its value."""
    shown: dict[str, str] = {}
    for given, value in headers:
        name = _names.get(given) or _look_at(given)
        if name.is_boring:
            continue
        if len(shown) >= HEADERS_MAX:
            walk.cuts += 1
            break
        if name.is_secret:
            shown[name.text] = _hidden(text_of(value), walk)
        else:
            shown[name.text] = shown_text(text_of(value), walk, HEADER_CHARS_MAX)
    return shown


def limits_of(headers: list[tuple[Any, Any]]) -> dict[str, Any]:
    """Return the headers that say how much may still be asked: numbers as numbers."""
    found: dict[str, Any] = {}
    for given, value in headers:
        name = _names.get(given) or _look_at(given)
        if name.is_limit and len(found) < HEADERS_MAX:
            text = text_of(value)[:HEADER_CHARS_MAX]
            found[name.text] = int(text) if text.isdecimal() else text
    return found


class Name(Struct, frozen=True):
    """What is known of a header by its name."""

    text: str
    """In lower case, without secrets."""
    is_boring: bool
    is_secret: bool
    is_limit: bool


_names: dict[Any, Name] = {}
when_names_change.append(_names.clear)


def _look_at(given: Any) -> Name:
    text = text_of(given).lower()
    name = Name(
        text=shown_text(text, Walk()),
        is_boring=text in _BORING or text.startswith(_BORING_BEGINNINGS),
        is_secret=is_secret_name(text),
        is_limit="ratelimit" in text or "rate-limit" in text,
    )
    if len(_names) >= _NAMES_MAX:
        _names.clear()
    _names[given] = name
    return name


def _hidden(value: str, walk: Walk) -> str:
    """Return what stands for a secret header; `Bearer …` is known without its first word too."""
    scheme, _, rest = value.partition(" ")
    if rest:
        hidden(rest.strip(), walk)
    return str(hidden(value if not rest else f"{scheme} {rest}", walk))


def shown_url(url: str, walk: Walk) -> str:
    """Return a URL without its user, and without the values of secret names in its query."""
    if url in _clean_urls:
        return url
    found = len(walk.taints)
    shown = _looked_through(url, walk)
    if shown == url and found == len(walk.taints):
        if len(_clean_urls) >= _NAMES_MAX:
            _clean_urls.clear()
        _clean_urls.add(url)
    return shown


_clean_urls: set[str] = set()
"""URLs that were found to be without secrets."""
when_names_change.append(_clean_urls.clear)


def _looked_through(url: str, walk: Walk) -> str:
    head, mark, query = url[:URL_CHARS_MAX].partition("?")
    scheme, slashes, rest = head.partition("://")
    host, slash, path = rest.partition("/")
    user, at, bare = host.rpartition("@")
    if at:
        hidden(user.partition(":")[2], walk)
        head = f"{scheme}{slashes}{MARKER}@{bare}{slash}{path}"
    if not is_clean(head):
        head = clean_text(head, found=walk.taint)
    if mark:
        head += "?" + "&".join(_parameter(part, walk) for part in query.split("&"))
    missing = len(url) - URL_CHARS_MAX
    return f"{head}…[+{missing} chars]" if missing > 0 else head


def _parameter(part: str, walk: Walk) -> str:
    name, equals, value = part.partition("=")
    plain = unquote_plus(name)
    if equals and (is_secret_name(plain) or _is_credential(plain.lower(), value)):
        hidden(unquote_plus(value), walk)
        return f"{shown_text(name, walk)}={MARKER}"
    if is_clean(part) and is_clean(unquote_plus(part)):
        return part
    clean = clean_text(unquote_plus(value), found=walk.taint)
    return f"{shown_text(name, walk)}={clean}" if equals else clean


def _is_credential(name: str, value: str) -> bool:
    """Whether a value is a secret under a name that in a query is often, not always, one's."""
    return name == "sig" or (
        name in {"key", "code"} and len(value) >= _CREDENTIAL_CHARS_MIN and is_random(value)
    )


def path_of(url: str) -> str:
    """Return the path of a URL, without its query."""
    rest = url.partition("://")[2]
    return "/" + rest.partition("/")[2].partition("?")[0].partition("#")[0]


def host_of(url: str) -> str:
    """Return host and port of a URL."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition("?")[0]
