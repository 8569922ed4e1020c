"""`get_trail`: one failure as a page, the most useful first."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from backtrail.model.limits.reading import ANSWER_TOKENS, ANSWER_TOKENS_MAX, BUNDLE_TOKENS_MIN
from backtrail.serve.opening import Project, opened
from backtrail.serve.tool import Answer, Arguments, Tool
from backtrail.store import reading
from backtrail.trail.page.composing import page
from backtrail.trail.page.material import gather, named_error

SectionName = Literal[
    "error", "cause", "chain", "code", "locals", "locks", "payloads", "timeline",
    "environment",
]  # fmt: skip


class GetTrail(Arguments, frozen=True, kw_only=True):
    """What `get_trail` takes."""

    id: Annotated[
        str, Meta(min_length=1, description="Id, or its beginning, of a trace, error, span, event.")
    ]
    sections: Annotated[
        list[SectionName] | None, Meta(description="Only these; each then gets more room.")
    ] = None
    max_tokens: Annotated[int, Meta(ge=BUNDLE_TOKENS_MIN, le=ANSWER_TOKENS_MAX)] = ANSWER_TOKENS


class TrailSection(Struct, frozen=True, kw_only=True):
    """A section of the page."""

    name: str
    title: str
    text: str


class TrailPage(Answer, frozen=True, kw_only=True):
    """What `get_trail` answers."""

    trace_id: str
    error_id: str | None
    title: str
    sections: list[TrailSection]
    left_out: list[str]
    """What there was no room for, and the call that brings it."""


def get_trail(project: Project, asked: GetTrail) -> TrailPage:
    """Return what is known of a failure, in a bounded size."""
    with opened(project) as catalog:
        trace_id = reading.resolve_trace(catalog, asked.id)
        error_id = named_error(catalog, asked.id, trace_id)
        material = gather(catalog, trace_id, error_id=error_id)
    found = page(
        material,
        budget_tokens=asked.max_tokens,
        sections=asked.sections or (),
        is_json=True,
        command=lambda section: _whole(material.id_shown, section),
    )
    return TrailPage(
        trace_id=found.trace_id,
        error_id=found.error_id,
        title=found.title,
        sections=[
            TrailSection(name=section.name, title=section.title, text=section.text)
            for section in found.sections
        ],
        left_out=found.left_out,
    )


def _whole(trace: str, section: str) -> str:
    return f'get_trail id={trace} sections=["{section}"] max_tokens={ANSWER_TOKENS_MAX}'


TOOL = Tool(
    name="get_trail",
    title="Get the trail of a failure",
    about="Tell one failure: error, likely cause, the way from it to the crash, code, variables, "
    "calls to models and over HTTP, timeline, environment; the most useful first.",
    takes=GetTrail,
    answers=TrailPage,
    answer=get_trail,
)
