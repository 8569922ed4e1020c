"""Secrets that are known again anywhere: each place that a value can be in has its own."""

from __future__ import annotations

import hashlib

DIGITS = 20


def secret(place: str) -> str:
    """Return the secret of a place: it looks like nothing, and is in no source."""
    return "c" + hashlib.sha256(place.encode()).hexdigest()[:DIGITS]


def typed(place: str) -> str:
    """Return the secret of a place with all that has to be escaped somewhere."""
    return f'{secret(place)} "it\'s" <\\&%>=;\tzwölf'
