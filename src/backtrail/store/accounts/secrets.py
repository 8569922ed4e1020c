"""Random texts that are credentials, of which only their SHA-256 is kept.

They have 256 random bits, so a slow hash as for passwords would add nothing but its time.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest

Entropy = Callable[[int], bytes]
"""Gives so many random bytes."""
SECRET_BYTES = 32


def fresh_secret(entropy: Entropy) -> str:
    """Return a random text."""
    return urlsafe_b64encode(entropy(SECRET_BYTES)).rstrip(b"=").decode()


def hash_of(secret: str) -> bytes:
    """Return what is kept of a random text."""
    return sha256(secret.encode("utf-8", "replace")).digest()


def is_secret_of(secret: str, kept: bytes) -> bool:
    """Tell whether a text is the one of which this was kept, always in the same time."""
    return compare_digest(hash_of(secret), kept)
