"""What a span or a log record holds, as it is written: bounded and free of secrets.

A text that is JSON is looked through value by value: that finds what stands under a secret name
in it, and costs a tenth of a search of the whole text.
"""

from __future__ import annotations

from typing import Any

import msgspec

from backtrail.model.event import Json
from backtrail.model.limits import CLEAN_STRINGS_MAX
from backtrail.model.limits.reading import (
    INGEST_NAME_CHARS_MAX,
    INGEST_SPAN_CHARS_MAX,
    INGEST_TEXT_CHARS_MAX,
)
from backtrail.record.calls.bodies import Room, shown_json
from backtrail.record.capture.redact import (
    is_clean,
    is_secret_name,
    known_clean,
    scrub,
    when_names_change,
)
from backtrail.record.capture.values.hiding import hidden
from backtrail.record.capture.values.walk import Walk, shown_text

MISSING = "$cut"
"""Says how many attributes are missing."""
_SHORT_CHARS = 128
_JSON_CHARS_MIN = 48
"""Shorter texts are searched as they are."""
_plain_names: set[str] = set()
"""Names of attributes that are neither secret nor hold a secret."""
when_names_change.append(_plain_names.clear)
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Page:
    """What may still be shown of one span or log record, and which secrets it had."""

    __slots__ = ("room", "walk")

    def __init__(self, chars: int = INGEST_SPAN_CHARS_MAX) -> None:
        self.walk = Walk()
        self.room = Room(self.walk, chars=chars, text_chars=INGEST_TEXT_CHARS_MAX)

    def name(self, name: str) -> str:
        """Return the name of an attribute, or of anything else that is short."""
        if name in known_clean:
            return name
        return shown_text(name, self.walk, INGEST_NAME_CHARS_MAX)

    def text(self, text: str) -> str:
        """Return a text."""
        if len(text) <= _SHORT_CHARS and text in known_clean:
            return text
        if len(text) >= _JSON_CHARS_MIN and text[0] in "{[":
            return self._json_text(text)
        return self.room.text(text)

    def value(self, value: Any, name: str | None = None) -> Json:  # noqa: ANN401 - any JSON value
        """Return a value; under a secret name it gives way to a marker."""
        if name is not None and is_secret_name(name):
            return hidden(value, self.walk)
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is bool or value is None or kind is float:
            return value
        return shown_json(value, self.room)

    def attributes(self, attributes: dict[str, Any], cut: int = 0) -> dict[str, Json]:
        """Return named values; `cut` more are missing."""
        shown: dict[str, Json] = {}
        for name, value in attributes.items():
            if name not in _plain_names:
                if not _is_plain(name):
                    shown[self.name(name)] = self.value(value, name)
                    continue
                _plain_names.add(name)
            kind = type(value)
            if kind is str:
                shown[name] = value if value in known_clean else self.text(value)
            elif kind is int or kind is bool or kind is float:
                shown[name] = value
            else:
                shown[name] = self.value(value)
        if cut:
            shown[MISSING] = cut
        return shown

    def scrubbed(self, encoded: bytes, *, keep: str = "") -> bytes:
        """Return what was encoded without copies of what stood under a secret name.

        Args:
            encoded: lines of events.
            keep: ids and names that stay what they are.
        """
        taints = self.walk.taints
        if not taints:
            return encoded
        return scrub(encoded, {taint for taint in taints if taint not in keep})

    def _json_text(self, text: str) -> str:
        try:
            value = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, UnicodeEncodeError, RecursionError):
            return self.room.text(text)
        shown = shown_json(value, self.room)
        if shown == value:
            return text
        return _encode(shown).decode()


def _is_plain(name: str) -> bool:
    """Tell whether an attribute of this name is shown under it, value and all."""
    if len(name) > INGEST_NAME_CHARS_MAX or is_secret_name(name) or not is_clean(name):
        return False
    if len(_plain_names) >= CLEAN_STRINGS_MAX:
        _plain_names.clear()
    return True
