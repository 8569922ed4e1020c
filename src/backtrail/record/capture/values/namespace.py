"""The variables of a function's frame: their names, and what asking for them leaves behind."""

from __future__ import annotations

import sys
from types import CodeType, FrameType

_CO_OPTIMIZED = 0x1
"""Of code: its variables are in its frame, not in a dict. So it is with every function."""
_REFERENCES_OF_OURS = 3
"""To the dict of a frame's variables: the frame's, a variable's, an argument's."""


def _variables_of_a_function() -> object:
    return sys._getframe().f_locals  # noqa: SLF001 - the documented way to a frame


PROXY = type(_variables_of_a_function())
"""What `f_locals` of a function is: a dict, and from Python 3.13 on a view."""


def names_of(code: CodeType) -> tuple[str, ...]:
    """Return the names of a function's variables."""
    return (*code.co_varnames, *code.co_cellvars, *code.co_freevars)


def forget_variables(frame: FrameType) -> None:
    """Take away what asking for the variables of a function has left with its frame.

    Before Python 3.13 a frame keeps the dict that it was asked for, and with it all that its
    variables were at that moment: what the program lets go of would live on, an exception even
    for ever where it holds the frame itself. What code has stored there, or holds, stays.
    """
    if not frame.f_code.co_flags & _CO_OPTIMIZED:
        return
    values = frame.f_locals
    if type(values) is dict and sys.getrefcount(values) == _REFERENCES_OF_OURS:
        for name in names_of(frame.f_code):
            values.pop(name, None)
