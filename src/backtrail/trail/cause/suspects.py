"""What an error makes suspect: values, names and kinds of trouble, from its failing expressions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal

import msgspec
from msgspec import Struct

from backtrail.model.event import Json
from backtrail.model.kinds import ErrorRaised, ExceptionInfo, Frame
from backtrail.model.limits.reading import SUSPECTS_MAX
from backtrail.trail.cause.forms import leaves, number_text
from backtrail.trail.cause.values import (
    containers,
    identifiers,
    operands,
    raises_itself,
    type_names,
    words_of,
)
from backtrail.trail.failure import innermost_app_frame

Role = Literal["key", "message", "operand", "inside", "local", "outer"]

WEIGHTS: dict[Role, float] = {
    "key": 1.0, "message": 0.9, "operand": 0.9, "inside": 0.55, "local": 0.45, "outer": 0.3,
}  # fmt: skip
"""How much a value is suspect by where it was found."""
UNNAMED = frozenset({"key", "message"})
"""Names of values that only the message of an error shows."""
KEY_MIN = 0.5
TYPED = 0.85
"""Weight of a text that stands where another type was needed, however short it is."""
DEEP = 0.6
"""Factor for what is held by a variable rather than being one."""
UNTOLD = (
    "type", "logging.", "httpx", "openai", "anthropic", "requests.", "aiohttp.", "urllib3.",
    "sqlite3.", "threading.", "socket.", "ssl.", "http.",
)  # fmt: skip
"""Classes, loggers, clients and connections: what they hold is never what failed."""
ONE_OF_MANY = 0.6
"""Factor for what is held by a collection: most of that is not what failed."""
OUTER_FRAMES_MAX = 6
HELD_MAX = 5_000
"""Values of an error's frames that are compared with settings."""
QUOTED = re.compile(
    r"(?<!\w)(?:'((?:[^'\\]|\\.){1,400})'|\"((?:[^\"\\]|\\.){1,400})\"|`([^`]{1,400})`)(?!\w)"
)
TELLING = re.compile(r"[\w][\w@./:#-]*[\w]|\d+", re.UNICODE)
"""Words of a message that may be a value: an id, an address, a path, a number."""
_IS_TELLING = re.compile(r"[\d@/_]|\w\.\w")
MESSAGE_MIN = 0.3
"""How distinct a bare word of a message must be: two digits are."""
_PLAIN_WORD = re.compile(r"[^\W\d_]+\Z")
COMMON = frozenset(
    """
    utf-8 utf8 ascii get post put true false none null name value key type data text item items id
    default error main index list dict str int float object self result status count total ok
    response request message content path file line
    """.split()  # noqa: SIM905 - reads better than a list of forty strings
)
TYPES = frozenset(
    {"NoneType", "str", "int", "float", "list", "dict", "tuple", "bytes", "bool", "set"}
)
"""Types, as messages quote them."""
ADDRESS = re.compile(r"(?:\w+://)?(?:localhost|\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?(?:/v\d)?/?\Z")
"""Where something is on this machine or network: every event of a client shows it."""
LONG_CHARS = 200
"""Of a longer value the beginning is looked for."""
CUT = "…[+"
REDACTED = "[redacted]"


class Suspect(Struct, frozen=True, kw_only=True):
    """A value that may have come in wrong."""

    value: str
    weight: float
    role: Role
    name: str
    """How the program writes it: `parcel.zone`."""
    kind: str
    """`str`, `int` or `float`."""


class Failing(Struct, frozen=True, kw_only=True):
    """One exception of an error, and the frame of the user's own code in which it came up."""

    info: ExceptionInfo
    frame: Frame | None
    is_root: bool
    """Whether no other exception is behind it."""


class Suspects(Struct, frozen=True, kw_only=True):
    """Everything that an error makes suspect."""

    failing: list[Failing]
    values: list[Suspect]
    """The most suspect first, each value once."""
    words: dict[str, float]
    """Words of the names that took part, and how close each was to the failure, from 0 to 1."""
    is_key_missing: bool
    """Whether something was looked up that is not there."""
    is_none: bool
    """Whether there was nothing where something was needed."""
    has_wrong_type: bool
    held: list[tuple[str, str]]
    """Names and values of all that the frames of the error held: `settings.utc_offset`, `-6`."""
    nothing: list[str]
    """Names under which they held nothing at all."""


def suspects(error: ErrorRaised) -> Suspects:
    """Take from an error what is to be looked for in the events before it."""
    failing = _failing(error)
    words: dict[str, float] = {}
    for each in failing:
        for word, weight in _words(each):
            words[word] = max(weight, words.get(word, 0.0))
    for thread in error.threads if error.mechanism in {"hang", "deadlock"} else ():
        for frame in thread.frames:
            if frame.is_app:
                words.update(dict.fromkeys(words_of(frame.qualified), 0.5))
    roots = [each.info for each in failing if each.is_root]
    files = {frame.file for each in failing for frame in each.info.frames}
    ordered = sorted(
        (suspect for suspect in _distinct(failing) if not _is_own_place(suspect.value, files)),
        key=lambda suspect: -suspect.weight,
    )
    return Suspects(
        failing=failing,
        values=ordered[:SUSPECTS_MAX],
        words=words,
        is_key_missing=any(_is_lookup(info) for info in roots),
        is_none=any("None" in info.message for info in roots),
        has_wrong_type=any(info.type in {"TypeError", "AttributeError"} for info in roots),
        held=list(islice(_held(failing), HELD_MAX)),
        nothing=list(islice(_nothing(failing), HELD_MAX)),
    )


def _held(failing: list[Failing]) -> Iterator[tuple[str, str]]:
    for each in failing:
        for frame in each.info.frames:
            for name, value in (frame.locals or {}).items() if frame.is_app else ():
                yield from _switches(name, value)
                for inner, text in leaves(value):
                    yield f"{name}.{inner}" if inner else name, text


def _nothing(failing: list[Failing]) -> Iterator[str]:
    for each in failing:
        for frame in each.info.frames:
            for name, value in (frame.locals or {}).items() if frame.is_app else ():
                if value is None:
                    yield name
                elif isinstance(value, dict):
                    yield from (str(field) for field, held in value.items() if held is None)


def _switches(name: str, value: Json) -> Iterator[tuple[str, str]]:
    """Yield the variables, and the fields of one, that are true or false."""
    if isinstance(value, bool):
        yield name, str(value)
    elif isinstance(value, dict):
        for field, held in value.items():
            if isinstance(held, bool):
                yield f"{name}.{field}", str(held)


def _distinct(failing: list[Failing]) -> list[Suspect]:
    """List suspect values, each once, with its greatest weight and its most telling name."""
    values: dict[str, Suspect] = {}
    for each in failing:
        for found in _values(each):
            known = values.get(found.value)
            if known is None or found.weight > known.weight:
                values[found.value] = found
            elif known.name in UNNAMED and found.name not in UNNAMED:
                values[found.value] = msgspec.structs.replace(known, name=found.name)
    return list(values.values())


def _is_own_place(value: str, files: set[str]) -> bool:
    """Tell whether a value is where the program itself lies: every path of it begins so."""
    return value[:1] == "/" and any(file.startswith(value) for file in files)


def _failing(error: ErrorRaised) -> list[Failing]:
    """List the exceptions of an error, those with nothing behind them first."""
    # The head of a chain is the error itself, and has its frames.
    head = ExceptionInfo(
        type=error.type, qualified_type=error.type, message=error.message, frames=error.frames
    )
    chain = [head, *error.chain[1:]]
    named = {info.parent for info in chain if info.parent is not None}
    found = [
        Failing(info=info, frame=innermost_app_frame(info.frames), is_root=at not in named)
        for at, info in enumerate(chain)
    ]
    return sorted(found, key=lambda failing: not failing.is_root)


def _is_lookup(info: ExceptionInfo) -> bool:
    return info.type in {"KeyError", "IndexError", "LookupError", "DoesNotExist", "StopIteration"}


def _values(failing: Failing) -> Iterator[Suspect]:
    """Yield the values of one exception: those of its message, expression, frame and callers."""
    info, frame = failing.info, failing.frame
    share = 1.0 if failing.is_root else 0.7
    if info.type == "KeyError":
        for suspect in _made([("key", _literal(info.message))], "key", share):
            # However short it is, it is what was not found.
            yield msgspec.structs.replace(suspect, weight=max(suspect.weight, KEY_MIN * share))
    # The attribute that an object lacks is a name of the program, and no value.
    told = info.message.partition(" has no attribute ")[0]
    yield from _made([("message", text) for text in _in_message(told)], "message", share)
    if frame is not None:
        yield from _of_expression(info, frame, share)
        yield from _of_frame(info, frame, share)


def _asked(info: ExceptionInfo, frame: Frame) -> set[str]:
    """Name what a key was not found in: what that holds is not what was asked for."""
    return {name for name, _ in containers(frame)} if _is_lookup(info) else set()


def _of_expression(info: ExceptionInfo, frame: Frame, share: float) -> Iterator[Suspect]:
    role: Role = "local" if raises_itself(frame) else "operand"
    asked = _asked(info, frame)
    for name, value in operands(frame):
        if name in asked and not isinstance(value, str):
            continue
        yield from _all_of(name, value, role, "inside", share)
        if isinstance(value, str) and value and info.type == "TypeError" and role == "operand":
            yield Suspect(
                value=value[:LONG_CHARS], weight=TYPED * share, role=role, name=name, kind="str"
            )


def _of_frame(info: ExceptionInfo, frame: Frame, share: float) -> Iterator[Suspect]:
    """Yield what the frame that failed held beside, and what its callers held."""
    asked = _asked(info, frame)
    for name, value in (frame.locals or {}).items():
        if name not in asked:
            inner: Role = "operand" if "None" in info.message and _lacks(value) else "local"
            yield from _all_of(name, value, "local", inner, share)
    outer = [each for each in info.frames if each.is_app and each is not frame]
    for distance, each in enumerate(outer[:OUTER_FRAMES_MAX], start=1):
        for name, value in (each.locals or {}).items():
            yield from _all_of(name, value, "outer", "outer", share * 0.9**distance)


def _lacks(value: Json) -> bool:
    """Tell whether an object or a dict has nothing under one of its names."""
    return isinstance(value, dict) and None in value.values()


def _all_of(
    name: str, value: Json, role: Role, inner_role: Role, share: float
) -> Iterator[Suspect]:
    """Yield what a variable holds: itself where it is one value, else the values inside."""
    if isinstance(value, dict) and str(value.get("$type")).startswith(UNTOLD):
        return
    if isinstance(value, dict | list):
        inside = ((f"{name}.{key}" if key else name, text) for key, text in leaves(value)[:100])
        is_one = isinstance(value, dict) and "$type" in value
        yield from _made(inside, inner_role, share * (DEEP if is_one else DEEP * ONE_OF_MANY))
    else:
        yield from _made([(name, value)], role, share)


def _made(named: object, role: Role, share: float) -> Iterator[Suspect]:
    for name, value in named:  # type: ignore[attr-defined]
        if value is None or isinstance(value, bool):
            continue
        text = value if isinstance(value, str) else number_text(value)
        text = "" if text == REDACTED else text.partition(CUT)[0].strip()[:LONG_CHARS]
        weight = WEIGHTS[role] * share * distinctness(text)
        if text and weight > 0:
            kind = type(value).__name__
            yield Suspect(value=text, weight=weight, role=role, name=str(name), kind=kind)


def distinctness(text: str) -> float:
    """Return how well a value tells itself from others, from 0 to 1."""
    if text.casefold() in COMMON or ADDRESS.match(text):
        return 0.1
    try:
        number = abs(float(text))
    except ValueError:
        share = (0.0, 0.1, 0.35, 0.55, 0.7, 0.85, 0.9, 0.95)[min(len(text), 7)]
        return share * 0.9 if _PLAIN_WORD.match(text) else min(1.0, share + 0.05)
    digits = len(text.lstrip("-0.").replace(".", ""))
    if digits > 1 and text.rstrip("0") != text and "." not in text:
        digits -= 1
    return 0.05 if number == 0 else (0.05, 0.1, 0.3, 0.5, 0.75, 0.9)[min(digits, 5)]


def _literal(message: str) -> Json:
    try:
        value = ast.literal_eval(message)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return message
    return value if isinstance(value, str | int | float) else message


def _in_message(message: str) -> list[str]:
    """List the parts of a message that may be values: what is quoted, else ids and numbers."""
    found = [next(filter(None, match.groups()), "") for match in QUOTED.finditer(message)]
    quoted = [text for text in found if text not in TYPES]
    bare = QUOTED.sub(" ", message)
    telling = [
        word
        for word in TELLING.findall(bare)
        if _IS_TELLING.search(word) and distinctness(word) >= MESSAGE_MIN
    ]
    return quoted + telling


def _words(failing: Failing) -> Iterator[tuple[str, float]]:
    """Yield the words of names that took part, the closer to the failure the heavier."""
    frame = failing.frame
    if frame is None:
        return
    yield from ((word, 1.0) for word in identifiers(frame.expression or frame.code or ""))
    for name, value in [*operands(frame), *containers(frame)]:
        yield from ((word, 1.0) for word in words_of(name))
        yield from ((word, 0.9) for kind in type_names(value) for word in words_of(kind))
    for name, value in (frame.locals or {}).items():
        yield from ((word, 0.5) for word in words_of(name))
        yield from ((word, 0.8) for kind in type_names(value) for word in words_of(kind))
    app = [each for each in failing.info.frames if each.is_app]
    for distance, each in enumerate(app[:OUTER_FRAMES_MAX]):
        yield from ((word, 0.5 * 0.85**distance) for word in words_of(each.qualified))
        if distance:
            for name in each.locals or {}:
                yield from ((word, 0.35 * 0.85**distance) for word in words_of(name))
