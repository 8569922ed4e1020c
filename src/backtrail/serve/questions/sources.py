"""`get_source`: lines of a source file that the recordings name, without its secrets."""

from __future__ import annotations

import io
import os
import re
import stat
import tokenize
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from backtrail.model.errors import NotFoundError, RefusedError
from backtrail.model.limits import SOURCE_BYTES_MAX, SOURCE_LINE_CHARS_MAX
from backtrail.model.limits.reading import ANSWER_TOKENS, SOURCE_CONTEXT_MAX
from backtrail.record.capture.redact import MARKER, clean_source, is_secret_name
from backtrail.serve.bounded import CHARS_PER_TOKEN
from backtrail.serve.opening import Project, opened
from backtrail.serve.places import NamedPlace, named_places
from backtrail.serve.tool import Answer, Arguments, Tool
from backtrail.trail.page.writing import shortened

SUFFIXES = frozenset({".py", ".pyw", ".pyx"})
_NUMBER = re.compile(
    r"(?P<kept>\b(?P<name>[A-Za-z_]\w*)[\"']?\s*(?::\s*\w+\s*)?(?:[:=]=?|!=)\s*)\d[\d_.]*"
)
"""A number under a name."""
NOT_NAMED = "only files that recorded frames and callers name are shown"


class GetSource(Arguments, frozen=True, kw_only=True):
    """What `get_source` takes."""

    file: Annotated[str, Meta(min_length=1, max_length=4_096, description="As answers name it.")]
    line: Annotated[int, Meta(ge=1)]
    context: Annotated[
        int, Meta(ge=0, le=SOURCE_CONTEXT_MAX, description="Lines on each side.")
    ] = 15


class Source(Answer, frozen=True, kw_only=True):
    """What `get_source` answers."""

    file: str
    first_line: int
    last_line: int
    line_count: int
    text: str
    """Lines with their numbers, the one that was asked for marked with `>`."""
    note: str | None
    """That the file is not as it was recorded, or that not all has room."""


def get_source(project: Project, asked: GetSource) -> Source:
    """Return lines of a file as it is now.

    Raises:
        NotFoundError: no recording names it, or it is gone, or has no such line.
        RefusedError: it is no source of the project, or a link leads to it.
    """
    if not project.has_sources:
        raise RefusedError("source files are not shown here", hint=NOT_NAMED)
    with opened(project) as catalog:
        place = _place(list(named_places(catalog, _wanted(asked.file))), asked)
    lines = _without_secrets(_read(project, place)).split("\n")
    if asked.line > len(lines):
        raise NotFoundError(
            f"{place.file} has {len(lines)} lines, not {asked.line}",
            hint="it has changed since, or the line is another file's",
        )
    note = _change(place, lines)
    first, last = max(1, asked.line - asked.context), min(len(lines), asked.line + asked.context)
    text = _numbered(lines, first, last, asked.line)
    while len(text) > ANSWER_TOKENS * CHARS_PER_TOKEN and first < last:
        first = first + (asked.line - first + 1) // 2
        last = last - (last - asked.line + 1) // 2
        text = _numbered(lines, first, last, asked.line)
        note = "not all of the context has room; ask for other lines"
    return Source(
        file=place.file,
        first_line=first,
        last_line=last,
        line_count=len(lines),
        text=text,
        note=note,
    )


def _wanted(file: str) -> str:
    if ".." in Path(file).parts:
        raise RefusedError(f"{file} leads out of its folder", hint=NOT_NAMED)
    return file.removeprefix("./")


def _place(places: list[NamedPlace], asked: GetSource) -> NamedPlace:
    """Choose the place that is meant: of the line itself where there is one."""
    files = sorted({place.file for place in places})
    if not files:
        raise NotFoundError(f"no recording names a file {asked.file}", hint=NOT_NAMED)
    if len(files) > 1:
        raise NotFoundError(
            f"{asked.file} may be any of {len(files)} files", hint=f"name one: {', '.join(files)}"
        )
    return min(places, key=lambda place: (not place.is_app, abs(place.line - asked.line)))


def _read(project: Project, place: NamedPlace) -> str:
    path = Path(place.file)
    root = project.folder.resolve()
    real = path.resolve()
    is_inside = real.is_relative_to(root)
    if not is_inside and not place.is_app:
        raise RefusedError(f"{path} is code of a library", hint=NOT_NAMED)
    if path.is_symlink() or (not is_inside and real != path):
        raise RefusedError(f"{path} is a link to another file", hint=NOT_NAMED)
    raw = _bytes(path)
    is_script = not path.suffix and b"python" in raw.partition(b"\n")[0][:100]
    if path.suffix not in SUFFIXES and not is_script:
        raise RefusedError(f"{path} is no Python source", hint=NOT_NAMED)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = raw.decode(encoding, "replace")
    except SyntaxError:
        text = raw.decode("latin-1")
    return text.replace("\r\n", "\n").removesuffix("\n")


def _without_secrets(text: str) -> str:
    """Blank what stands under a secret name: literals as the recorder does, and numbers too."""
    return _NUMBER.sub(
        lambda match: match["kept"] + MARKER if is_secret_name(match["name"]) else match[0],
        clean_source(text),
    )


def _bytes(path: Path) -> bytes:
    """Read a regular file, and never through a link that was put there meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise NotFoundError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}",
            hint="it was there when the program ran; get_trail has the lines around a failure",
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > SOURCE_BYTES_MAX:
            raise RefusedError(f"{path} is no source file of readable size", hint=NOT_NAMED)
        return file.read(SOURCE_BYTES_MAX)


def _change(place: NamedPlace, lines: list[str]) -> str | None:
    """Say so when a line is not as it was recorded."""
    there = lines[place.line - 1].strip() if place.line <= len(lines) else ""
    if place.code is None or there == place.code or there.startswith(place.code.rstrip("…")):
        return None
    was = shortened(place.code, SOURCE_LINE_CHARS_MAX)
    return f"the file has changed since it was recorded: line {place.line} was `{was}`"


def _numbered(lines: list[str], first: int, last: int, marked: int) -> str:
    return "\n".join(
        f"{'>' if number == marked else ' '} {number} "
        f"{shortened(lines[number - 1], SOURCE_LINE_CHARS_MAX)}".rstrip()
        for number in range(first, last + 1)
    )


TOOL = Tool(
    name="get_source",
    title="Get lines of source",
    about="Show lines of a source file, as it is now, that a recorded frame or caller names.",
    takes=GetSource,
    answers=Source,
    answer=get_source,
)
