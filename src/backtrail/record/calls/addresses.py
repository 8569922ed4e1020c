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
_HEADS_MAX = 256
_HEAD_CHARS_MAX = 2_000
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


class Head(Struct, frozen=True):
    """What is told of the headers of a request or an answer."""

    shown: dict[str, str]
    """Those that say something, in lower case; a secret name hides its value."""
    limits: dict[str, int | str]
    """Those that say how much may still be asked."""
    kind: str
    """The type of the content."""
    encoding: str
    """How the content is compressed."""
    is_stream: bool
    """Whether the content comes as a stream of events or lines."""


def head_of(headers: list[tuple[Any, Any]], walk: Walk | None = None) -> Head:
    """Return what is told of headers; a client sends many times the same."""
    key = tuple(headers)
    known = _heads.get(key)
    if known is not None:
        return known
    walk = walk or Walk()
    found, cuts = len(walk.taints), walk.cuts
    head = _looked_at(headers, walk)
    if len(walk.taints) == found and walk.cuts == cuts and _is_small(key):
        if len(_heads) >= _HEADS_MAX:
            _heads.clear()
        _heads[key] = head
    return head


def _looked_at(headers: list[tuple[Any, Any]], walk: Walk) -> Head:
    shown: dict[str, str] = {}
    limits: dict[str, int | str] = {}
    for given, value in headers:
        name = _names.get(given) or _look_at(given)
        if name.is_boring:
            continue
        if name.is_limit and len(limits) < HEADERS_MAX:
            text = text_of(value)[:HEADER_CHARS_MAX]
            limits[name.text] = int(text) if text.isdecimal() else text
        if len(shown) >= HEADERS_MAX:
            walk.cuts += 1
        elif name.is_secret:
            shown[name.text] = _hidden(text_of(value), walk)
        else:
            shown[name.text] = shown_text(text_of(value), walk, HEADER_CHARS_MAX)
    kind = shown.get("content-type", "")
    return Head(shown, limits, kind, shown.get("content-encoding", ""), is_stream(kind))


def is_stream(kind: str) -> bool:
    """Whether a content of that type comes as a stream of events or lines."""
    return "event-stream" in kind or "ndjson" in kind or "jsonl" in kind


def _is_small(headers: tuple[tuple[Any, Any], ...]) -> bool:
    return sum(len(text_of(value)) for _, value in headers) <= _HEAD_CHARS_MAX


_heads: dict[tuple[tuple[Any, Any], ...], Head] = {}
"""Small heads in which nothing was hidden or cut."""
when_names_change.append(_heads.clear)


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
