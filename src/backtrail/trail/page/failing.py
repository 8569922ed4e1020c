"""The error itself on a page: what was raised, the code it was raised in, its variables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backtrail.model.event import Place
from backtrail.model.kinds import Frame, SourceLine
from backtrail.trail.failure import Failure, LinkedError, Raised
from backtrail.trail.page.material import ID_SHOWN, Material
from backtrail.trail.page.section import Draft, Piece
from backtrail.trail.page.writing import one_line, quoted, shortened
from backtrail.trail.value import value_text

MESSAGE_CHARS = 2_000
MESSAGE_CHARS_SHORT = 240
LINKED_CHARS_SHORT = 160
NAME_CHARS = 200
VALUE_CHARS = 800
VALUE_CHARS_SHORT = 120
RELATIONS = {
    "cause": "caused by",
    "context": "raised while handling",
    "member": "member of the group:",
}


def error_draft(material: Material) -> Draft:
    """Write what went wrong, or how the trace ended where no error was recorded."""
    story, error = material.story, material.error
    if error is None:
        pieces = [Piece(text=f"No error was recorded. {_ending(material)}", worth=1_000)]
        return Draft(
            name="error",
            title="What went wrong",
            pieces=pieces,
            noun="line",
            command=f"backtrail show {material.id_shown}",
        )
    pieces = [
        Piece(
            text=_headline(material, error, MESSAGE_CHARS),
            short=_headline(material, error, MESSAGE_CHARS_SHORT),
            worth=1_000,
        ),
        Piece(text=f"{_ending(material)} Error `{material.shown_error(error)}`.", worth=850),
        *(
            Piece(text=f"- note: {one_line(note, MESSAGE_CHARS)}", worth=860)
            for note in error.notes
        ),
        *(
            Piece(
                text=_linked(material, linked, MESSAGE_CHARS),
                short=_linked(material, linked, LINKED_CHARS_SHORT),
                worth=900 - rank,
            )
            for rank, linked in enumerate(error.chain)
        ),
    ]
    pieces += _blocked(error)
    pieces += _elsewhere(material)
    others = [each for each in story.errors if each.error_id != error.error_id]
    pieces += [
        Piece(text=_beside(material, each), worth=420 - rank) for rank, each in enumerate(others)
    ]
    return Draft(
        name="error",
        title="What went wrong",
        pieces=pieces,
        noun="line",
        command=f"backtrail errors show {material.shown_error(error)}",
        share=0.3,
        unread=max(0, story.error_count - len(others) - 1),
    )


def code_draft(material: Material) -> Draft | None:
    """Write the source around the failing line, of the calls to it, and where the cause was."""
    pieces = []
    error = material.error
    if error is not None:
        pieces += list(_failing_code(material, error))
    known = {(frame.file, frame.line) for frame in error.frames} if error else set()
    for rank, place in enumerate(_places(material)):
        if (place.file, place.line) not in known and place.code:
            known.add((place.file, place.line))
            pieces.append(Piece(text=_place_code(material, place), worth=915 - 40 * rank))
    if not pieces:
        return None
    return Draft(
        name="code",
        title="Code",
        pieces=pieces,
        noun="place",
        command=f"backtrail show {material.id_shown}",
        share=0.35,
    )


def locals_draft(material: Material) -> Draft | None:
    """Write the variables of the failing frame, those first that its expression names."""
    error = material.error
    if error is None or not error.locals:
        return None
    sought = " ".join(material.why.suspects) if material.why else ""
    expression = error.expression or error.code or ""
    pieces = []
    for rank, (name, value) in enumerate(error.locals.items()):
        text = value_text(value)
        is_named = name in expression or f"({name})" in sought
        pieces.append(
            Piece(
                text=f"- `{name}` = {shortened(text, VALUE_CHARS)}",
                short=f"- `{name}` = {shortened(text, VALUE_CHARS_SHORT)}",
                worth=(880 if is_named else 560) - rank,
            )
        )
    return Draft(
        name="locals",
        title=f"Variables of `{error.qualified or error.function}`",
        pieces=pieces,
        noun="variable",
        command=f"backtrail errors show {material.shown_error(error)}",
        share=0.25,
        unread=error.locals_cut,
    )


def _headline(material: Material, error: Failure, chars_max: int) -> str:
    handled = "handled, " if error.is_handled else ""
    where = f"`{error.qualified or error.function or '?'}`"
    place = material.shown_place(error.file, error.line)
    head = f"**{error.type}**, {handled}in {where} at {place}, {error.time}"
    return f"{head}\n\n{quoted(error.message, chars_max)}\n" if error.message else head


def _blocked(error: Failure) -> list[Piece]:
    """Write who stood still, and what for, where the error is a hang or a deadlock."""
    return [
        Piece(
            text=f"- {each.task or each.thread} stands still in `{each.qualified or '?'}`"
            + (f", waiting for {one_line(each.waits_for, NAME_CHARS)}" if each.waits_for else ""),
            worth=895 - rank,
        )
        for rank, each in enumerate(error.blocked)
    ]


def _elsewhere(material: Material) -> list[Piece]:
    """Write in which other traces the same error is."""
    same = material.story.same_errors
    if not same:
        return []
    last = f"last in trace `{same[0].trace_id[:ID_SHOWN]}` at {same[0].time}"
    traces = "1 other trace" if len(same) == 1 else f"{len(same)} other traces"
    return [Piece(text=f"- the same error in {traces}, {last}", worth=830)]


def _ending(material: Material) -> str:
    story = material.story
    how = {"ok": "ended well", "error": "failed", "cancelled": "was cancelled"}
    name = one_line(story.name, MESSAGE_CHARS_SHORT)
    words = [f"Trace `{material.id_shown}` ({name}) {how.get(story.status, 'has no end')}"]
    if story.is_timed_out:
        words.append("at its time limit")
    if story.signal:
        words.append(f"by {story.signal}")
    elif story.exit_code is not None:
        words.append(f"with exit code {story.exit_code}")
    return " ".join(words) + "."


def _beside(material: Material, error: Failure) -> str:
    told = _one_line(material, error)
    return f"- also in this trace: {told} `{material.shown_error(error)}`"


def _linked(material: Material, linked: LinkedError, chars_max: int) -> str:
    relation = RELATIONS.get(linked.relation or "", "tied to")
    return f"- {relation} {_one_line(material, linked, chars_max)}"


def _one_line(material: Material, raised: Raised, chars_max: int = MESSAGE_CHARS_SHORT) -> str:
    message = one_line(raised.message, chars_max)
    where = f" at {material.shown_place(raised.file, raised.line)}" if raised.file else ""
    return f"{raised.type}: {message}{where}"


def _failing_code(material: Material, error: Failure) -> Iterator[Piece]:
    """Yield the failing frame, then those of the user's own that called it."""
    own = [frame for frame in error.frames if frame.is_app] or error.frames[:1]
    for rank, frame in enumerate(own):
        short = _frame_code(material, frame, is_short=True)
        if rank == 0:
            yield Piece(text=_frame_code(material, frame), short=short, worth=930)
        else:
            yield Piece(text=short, worth=640 - rank)


def _frame_code(material: Material, frame: Frame, *, is_short: bool = False) -> str:
    lines: Sequence[SourceLine] = frame.source
    place = material.shown_place(frame.file, frame.line)
    if is_short or not lines:
        return f"- {place} `{frame.qualified}`: `{frame.code or '?'}`"
    shown = [f"{'>' if each.line == frame.line else ' '} {each.line} {each.text}" for each in lines]
    evaluated = f", evaluating `{frame.expression}`" if frame.expression else ""
    head = f"{place} in `{frame.qualified}`{evaluated}"
    return "\n".join([head, "```python", *shown, "```"])


def _places(material: Material) -> Iterator[Place]:
    for candidate in material.why.candidates if material.why else []:
        if candidate.place is not None:
            yield candidate.place


def _place_code(material: Material, place: Place) -> str:
    return f"- {material.shown_place(place.file, place.line)} `{place.function}`: `{place.code}`"
