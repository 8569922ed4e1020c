"""`list_failures`: what went wrong lately."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, structs

from backtrail.model.errors import UsageError
from backtrail.model.limits import NAME_CHARS_MAX
from backtrail.model.limits.reading import (
    ANSWER_ROWS_MAX,
    ANSWER_TOKENS,
    ANSWER_TOKENS_MAX,
    BUNDLE_TOKENS_MIN,
    SEARCH_BYTES_MAX,
)
from backtrail.model.times import time_of
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project, opened
from backtrail.serve.tool import Answer, Arguments, Tool
from backtrail.store import reading
from backtrail.store.answers import ErrorSummary, TraceFilter, TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.store.query.fields import read_query
from backtrail.trail.moment import moment_text
from backtrail.trail.wording import trace_name

MORE_CHARS = 150
"""Characters of an answer that are not failures."""
ERRORS_EACH = 5
"""Errors that are named of one trace."""


class ListFailures(Arguments, frozen=True, kw_only=True):
    """What `list_failures` takes."""

    since: Annotated[
        str | None, Meta(description="Only since then: 30min, 2h, 1d (ago) or 2026-11-21T10:00.")
    ] = None
    query: Annotated[
        str | None,
        Meta(
            description="""Only these: 'name:"llm*" duration:>2s error:Timeout* text:"order 7"'."""
        ),
    ] = None
    limit: Annotated[int, Meta(ge=1, le=ANSWER_ROWS_MAX, description="Traces at most.")] = 10
    max_tokens: Annotated[int, Meta(ge=BUNDLE_TOKENS_MIN, le=ANSWER_TOKENS_MAX)] = ANSWER_TOKENS


class FailureError(Struct, frozen=True, kw_only=True):
    """An error of a failed trace."""

    error_id: str
    error: str
    where: str | None
    is_handled: bool
    repeats: int


class FailedTrace(Struct, frozen=True, kw_only=True):
    """A trace that failed, or holds an error."""

    trace_id: str
    name: str
    time: str
    ending: str
    events: int
    errors: list[FailureError]
    error_count: int


class Failures(Answer, frozen=True, kw_only=True):
    """What `list_failures` answers."""

    failures: list[FailedTrace]
    more: str | None
    """How to see the others, where there are more."""


def list_failures(project: Project, asked: ListFailures) -> Failures:
    """Return the traces that failed, the latest first."""
    since = _since(project, asked.since)
    now = project.clock.time_unix_ns()
    query = read_query(asked.query, now_unix_ns=now) if asked.query else None
    wanted = TraceFilter(errors_only=True, since_unix_ns=since, query=query, limit=asked.limit)
    with opened(project) as catalog:
        found = reading.find(catalog, wanted, bytes_max=SEARCH_BYTES_MAX)
        failures = [_failed(catalog, trace) for trace in found.traces]
    shown = _fitted(failures, asked.max_tokens * CHARS_PER_TOKEN - MORE_CHARS)
    more = None
    if len(shown) < len(failures):
        more = f"there are older ones: raise `max_tokens` (at most {ANSWER_TOKENS_MAX})"
    elif found.stopped_at_unix_ns is not None:
        before = moment_text(found.stopped_at_unix_ns)
        more = f"what began at {before} or before was not searched: narrow the query"
    elif not found.is_complete:
        more = f"there are older ones: raise `limit` (at most {ANSWER_ROWS_MAX})"
    return Failures(failures=shown, more=more)


def _fitted(failures: list[FailedTrace], room: int) -> list[FailedTrace]:
    """Return as many as there is room for, those for which it is tight with one error each."""
    shown: list[FailedTrace] = []
    for failure in failures:
        briefer = structs.replace(failure, errors=failure.errors[:1])
        fits = next((one for one in (failure, briefer) if encoded_chars(one) < room), None)
        if fits is None:
            break
        shown.append(fits)
        room -= encoded_chars(fits) + 1
    return shown


def _since(project: Project, text: str | None) -> int | None:
    if text is None:
        return None
    found = time_of(text, now_unix_ns=project.clock.time_unix_ns())
    if found is None:
        raise UsageError(
            f"{text!r} is no time", hint="use 30min, 2h or 1d (ago), or 2026-11-21T10:00"
        )
    return found


def _failed(catalog: Catalog, trace: TraceSummary) -> FailedTrace:
    errors = reading.errors(catalog, trace_id=trace.trace_id, limit=ERRORS_EACH)
    return FailedTrace(
        trace_id=trace.trace_id,
        name=trace_name(trace.name, trace.command)[:NAME_CHARS_MAX],
        time=moment_text(trace.start_unix_ns),
        ending=_ending(trace),
        events=trace.events,
        errors=[_error(error) for error in errors],
        error_count=trace.errors,
    )


def _error(error: ErrorSummary) -> FailureError:
    where = f"{error.file}:{error.line} {error.function}" if error.file else None
    return FailureError(
        error_id=error.error_id,
        error=f"{error.type}: {error.message}" if error.message else error.type,
        where=where,
        is_handled=error.is_handled,
        repeats=error.repeats,
    )


def _ending(trace: TraceSummary) -> str:
    if trace.is_live:
        return "running"
    if trace.signal:
        return trace.signal
    return f"exit {trace.exit_code}" if trace.exit_code is not None else trace.status


TOOL = Tool(
    name="list_failures",
    title="List failures",
    about="List the recorded programs that failed or hold an error, the latest first, "
    "with ids for the other tools. Begin here when something went wrong.",
    takes=ListFailures,
    answers=Failures,
    answer=list_failures,
)
