"""Names of files for names of things: any text becomes one name, and two texts never the same.

Letters, digits and `-_.` stay as they are; everything else is written as `%` and its bytes, as in a
URL. So `a/b` and `a_b` stay apart, and no name leads out of its folder or hides itself.
"""

from __future__ import annotations

from hashlib import sha256

NAME_BYTES_MAX = 120
"""A longer name is cut, and ends with a part of its hash."""
HASH_DIGITS = 16
HASHED = "~"
"""Stands before the hash; no other name has it."""
NO_SESSION = "~no-session"
"""The folder of traces without a session; no session has this name."""
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def file_name(text: str) -> str:
    """Return the name of a file, or folder, for a text; the same one each time."""
    name = "".join(_encoded(char, is_first=not index) for index, char in enumerate(text))
    if len(name) <= NAME_BYTES_MAX and name:
        return name
    digest = sha256(text.encode(errors="surrogatepass")).hexdigest()[:HASH_DIGITS]
    return f"{name[: NAME_BYTES_MAX - HASH_DIGITS - 1]}{HASHED}{digest}"


def session_folder(session: str | None) -> str:
    """Return the name of the folder of a session."""
    return NO_SESSION if session is None else file_name(session)


def _encoded(char: str, *, is_first: bool) -> str:
    if char in _PLAIN and not (is_first and char == "."):
        return char
    return "".join(f"%{byte:02X}" for byte in char.encode(errors="surrogatepass"))
