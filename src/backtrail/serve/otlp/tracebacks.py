"""Python's own text of an exception, read back into its type, message, frames and causes."""

from __future__ import annotations

import re

from backtrail.model.kinds import ExceptionInfo, Frame
from backtrail.model.limits import CHAIN_MAX, FRAMES_MAX, SOURCE_LINE_CHARS_MAX, TEXT_CHARS_MAX
from backtrail.record.capture.places import is_app_file
from backtrail.record.capture.redact import clean_source
from backtrail.record.capture.values.walk import shown_text
from backtrail.serve.otlp.showing import Page

_BEGINS = "Traceback (most recent call last):"
_FRAME = re.compile(r'^ +File "(?P<file>[^"\n]{1,1000})", line (?P<line>\d{1,9}), in (?P<name>.+)$')
_CAUSE = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)
_RELATIONS = {_CAUSE[0]: "cause", _CAUSE[1]: "context"}
_MARKS = re.compile(r"^\s*[~^]+\s*$")


def read_traceback(text: str, page: Page) -> list[ExceptionInfo]:
    """Return the exceptions of a traceback, the one that was raised last first, then its causes.

    A text that is no traceback of Python gives none. Each has its frames, from the raising one
    outwards.
    """
    if _BEGINS not in text:
        return []
    sections: list[tuple[str | None, list[str]]] = [(None, [])]
    for row in text.split("\n"):
        relation = _RELATIONS.get(row.strip())
        if relation is None:
            sections[-1][1].append(row)
        else:
            sections.append((relation, []))
    kept = sections[-CHAIN_MAX:]
    kept.reverse()
    chain: list[ExceptionInfo] = []
    relation_before: str | None = None
    for relation, rows in kept:
        parent = len(chain) - 1 if chain else None
        chain.append(_exception(rows, page, relation=relation_before, parent=parent))
        relation_before = relation
    return chain


def _exception(
    rows: list[str], page: Page, *, relation: str | None, parent: int | None
) -> ExceptionInfo:
    frames: list[Frame] = []
    said: list[str] = []
    place: re.Match[str] | None = None
    for row in rows:
        found = _FRAME.match(row)
        if found is not None:
            if place is not None:
                frames.append(_frame(place, None, page))
            place, said = found, []
        elif place is not None and row.startswith("    ") and row.strip():
            frames.append(_frame(place, row.strip(), page))
            place = None
        elif row.strip() and not _is_decoration(row):
            said.append(row)
    if place is not None:
        frames.append(_frame(place, None, page))
    frames.reverse()
    kind, _, message = "\n".join(said).partition(": ")
    cut = max(0, len(frames) - FRAMES_MAX)
    if cut:
        half = FRAMES_MAX // 2
        frames = frames[:half] + frames[half - FRAMES_MAX :]
    qualified = page.name(kind.strip())
    return ExceptionInfo(
        type=qualified.rpartition(".")[2],
        qualified_type=qualified,
        message=shown_text(message, page.walk, TEXT_CHARS_MAX),
        relation=relation,
        parent=parent,
        frames=frames,
        frames_cut=cut,
    )


def _is_decoration(row: str) -> bool:
    return row.startswith((" ", _BEGINS)) or _MARKS.match(row) is not None


def _frame(place: re.Match[str], code: str | None, page: Page) -> Frame:
    name = page.name(place["name"].strip())
    path = place["file"]
    return Frame(
        file=page.name(path),
        line=int(place["line"]),
        function=name.rpartition(".")[2] or name,
        qualified=name,
        code=None
        if code is None
        else clean_source(code[:SOURCE_LINE_CHARS_MAX], found=page.walk.taint),
        is_app=is_app_file(path),
    )
