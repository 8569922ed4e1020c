"""The message of an exception, whatever its class does to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backtrail.model.limits import INT_BITS_MAX, TEXT_CHARS_MAX
from backtrail.record.capture.values.shapes import module_and_name, mro_of, namespace_of
from backtrail.record.capture.values.walk import Walk, shown_text

_HEAP_TYPE = 1 << 9
"""`Py_TPFLAGS_HEAPTYPE`: the class was made by a class statement, not in C."""
_flags_of: Callable[[Any], int] = vars(type)["__flags__"].__get__
_arguments_of: Callable[[Any], tuple[Any, ...]] = vars(BaseException)["args"].__get__
_PLAIN = frozenset(map(id, (int, float, bool, type(None))))
"""By identity: a class may say itself how it is hashed."""
_ARGUMENTS_MAX = 10


def message_of(error: BaseException, walk: Walk) -> str:
    """Return the message as the user would see it.

    This is the one place where code of the program runs: an exception class with a `__str__` of
    its own expects to be asked, as the interpreter does when it prints a traceback, and its answer
    is what the user searches for. What it raises is caught, and the arguments are shown instead.
    """
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - the program's own __str__ may raise anything
        return message_of_arguments(error, walk)
    return shown_text(text if type(text) is str else str.__str__(text), walk, TEXT_CHARS_MAX)


def message_of_arguments(error: BaseException, walk: Walk) -> str:
    """Return the message as far as it can be told without running code of the program."""
    arguments = _arguments_of(error)
    if not _overrides_str(type(error)) and all(map(_is_plain, arguments)):
        return shown_text(str(error), walk, TEXT_CHARS_MAX)
    texts = [_argument(argument) for argument in arguments[:_ARGUMENTS_MAX]]
    return shown_text(texts[0] if len(texts) == 1 else ", ".join(texts), walk, TEXT_CHARS_MAX)


def _overrides_str(kind: type) -> bool:
    """Tell whether a class made in Python decides how its exceptions are written."""
    for base in mro_of(kind):
        names = namespace_of(base)
        if _flags_of(base) & _HEAP_TYPE and ("__str__" in names or "__repr__" in names):
            return True
    return False


def _is_plain(argument: Any) -> bool:
    kind = type(argument)
    if kind is int:
        return int.bit_length(argument) <= INT_BITS_MAX
    return kind is str or id(kind) in _PLAIN


def _argument(argument: Any) -> str:
    if type(argument) is str:
        return str(argument[: 2 * TEXT_CHARS_MAX])
    return str(argument) if _is_plain(argument) else f"<{module_and_name(type(argument))[1]}>"
