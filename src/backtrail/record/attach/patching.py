"""Replaces functions of the standard library so that nobody can tell, and puts them back.

A replacement keeps name, documentation and signature of what it stands for. What somebody else
has replaced since stays theirs: ours below it then only passes calls on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from msgspec import Struct

from backtrail.record import guard

Make = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Takes the original, returns what stands in for it."""


class Replaced(Struct, frozen=True, kw_only=True):
    """One function that we stand in for."""

    owner: Any
    """The class or module that holds it."""
    name: str
    original: Any
    ours: Any
    is_added: bool
    """Whether the owner itself had none: it inherited the original, or there is no original."""


class Patches:
    """Functions that are replaced together and put back together, the last one first."""

    def __init__(self) -> None:
        self.replaced: list[Replaced] = []

    def replace(self, owner: object, name: str, make: Make) -> None:
        """Let a function that is made from the original stand in for it, once."""
        original = getattr(owner, name)
        if not any(original is known.ours for known in self.replaced):
            self._put(owner, name, original, wraps(original)(make(original)))

    def exchange(self, owner: object, name: str, ours: Any) -> None:
        """Let something that has a name and documentation of its own stand in for the original."""
        self._put(owner, name, getattr(owner, name), ours)

    def replace_class_method(self, owner: type, name: str, make: Make) -> None:
        """Let a class method that is made from the original's function stand in for it, once."""
        original = vars(owner)[name]
        if not any(original is known.ours for known in self.replaced):
            function = original.__func__
            self._put(owner, name, original, classmethod(wraps(function)(make(function))))

    def add(self, owner: object, name: str, function: Callable[..., Any]) -> None:
        """Give a class a method that it does not have."""
        if not hasattr(owner, name):
            self._put(owner, name, None, function)

    def is_ours(self, function: object) -> bool:
        """Whether a function is one that stands in for another."""
        return any(function is known.ours for known in self.replaced)

    def restore(self) -> None:
        """Put every original back that is still replaced by us."""
        while self.replaced:
            done = self.replaced.pop()
            if vars(done.owner).get(done.name) is not done.ours:
                guard.count("replaced by the program too")
            elif done.is_added:
                delattr(done.owner, done.name)
            else:
                setattr(done.owner, done.name, done.original)

    def _put(self, owner: object, name: str, original: object, ours: Any) -> None:
        is_added = name not in vars(owner)
        setattr(owner, name, ours)
        self.replaced.append(
            Replaced(owner=owner, name=name, original=original, ours=ours, is_added=is_added)
        )


def step_out(error: BaseException) -> None:
    """Take the calling frame out of a traceback, as if it had never been there.

    For `except BaseException as error: step_out(error); raise` around what the program calls
    through us.
    """
    traceback = error.__traceback__
    if traceback is not None:
        error.__traceback__ = traceback.tb_next
