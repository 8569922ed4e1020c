"""Secrets that are known again anywhere: each place that a value can be in has its own."""

from __future__ import annotations

import hashlib

LETTERS = 21
_AS_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def secret(place: str) -> str:
    """Return the secret of a place: it looks like nothing, not even random, and is in no source."""
    return hashlib.sha256(place.encode()).hexdigest()[:LETTERS].translate(_AS_LETTERS)


def typed(place: str) -> str:
    """Return the secret of a place with all that has to be escaped somewhere."""
    return f'{secret(place)} "it\'s" <\\&%>=;\tzwölf'
