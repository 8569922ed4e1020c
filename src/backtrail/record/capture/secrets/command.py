"""A command line as it may be recorded: without the secrets that were given on it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from backtrail.model.limits import ARGUMENTS_MAX
from backtrail.record.capture.redact import MARKER, clean_text, is_secret_name


def clean_command(words: Iterable[object]) -> list[str]:
    """Return the words of a command, redacted; the value of `--password` stands in the next one."""
    clean: list[str] = []
    is_value_secret = False
    for word in islice(map(str, words), ARGUMENTS_MAX):
        is_option = word.startswith("-")
        clean.append(MARKER if is_value_secret and not is_option else clean_text(word))
        is_value_secret = is_option and is_secret_name(word.lstrip("-"))
    return clean
