"""Lists: traces, errors, groups of errors, sessions, and what a query may say."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from msgspec import Struct

from backtrail.model.limits.reading import QUERY_CHARS_MAX
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.routing import USUAL, Cursor, Limit, Routes
from backtrail.serve.http.store import Reads, Store
from backtrail.serve.routes.periods import Since, begun_unix_ns
from backtrail.store import reading
from backtrail.store.answers import ErrorFilter, Found, FoundErrors, TraceFilter
from backtrail.store.overview.groups import ErrorGroups, error_groups
from backtrail.store.overview.sessions import Sessions, sessions
from backtrail.store.query import completing
from backtrail.store.query.completing import Completion
from backtrail.store.query.fields import read_query
from backtrail.store.query.terms import Query as Wanted

routes = Routes("lists", need=Need.READ)
Text = Annotated[
    str | None,
    Query(
        max_length=QUERY_CHARS_MAX,
        description='As `backtrail ls` takes it: `status:error name:"llm*" duration:>2s`.',
    ),
]


class Completions(Struct, frozen=True, kw_only=True):
    """What may stand at a place of a query."""

    completions: list[Completion]


@routes.get("/traces", Found)
def list_traces(
    store: Reads, *, query: Text = None, limit: Limit = USUAL, cursor: Cursor = None
) -> Found:
    """Return the traces that a query describes, the newest first."""
    wanted = TraceFilter(query=_read(store, query), limit=limit, cursor=cursor)
    with store.opened() as catalog:
        return reading.find(catalog, wanted)


@routes.get("/errors", FoundErrors)
def list_errors(
    store: Reads, *, query: Text = None, limit: Limit = USUAL, cursor: Cursor = None
) -> FoundErrors:
    """Return the errors that a query describes, the newest first."""
    wanted = ErrorFilter(query=_read(store, query), limit=limit, cursor=cursor)
    with store.opened() as catalog:
        return reading.find_errors(catalog, wanted)


@routes.get("/error-groups", ErrorGroups)
def list_error_groups(
    store: Reads, *, since: Since = None, limit: Limit = USUAL, cursor: Cursor = None
) -> ErrorGroups:
    """Return errors that are one failure as one row, the last seen first."""
    now_unix_ns = store.project.clock.time_unix_ns()
    with store.opened() as catalog:
        return error_groups(
            catalog,
            now_unix_ns=now_unix_ns,
            since_unix_ns=None if since is None else begun_unix_ns(since, now_unix_ns),
            limit=limit,
            cursor=cursor,
        )


@routes.get("/sessions", Sessions)
def list_sessions(store: Reads, *, limit: Limit = USUAL, cursor: Cursor = None) -> Sessions:
    """Return the sessions, the last one first."""
    with store.opened() as catalog:
        return sessions(catalog, limit=limit, cursor=cursor)


@routes.get("/completions", Completions)
def complete_query(
    store: Reads,
    *,
    query: Annotated[str, Query(max_length=QUERY_CHARS_MAX, description="As it is written.")] = "",
    position: Annotated[
        int | None, Query(ge=0, le=QUERY_CHARS_MAX, description="Where; else its end.")
    ] = None,
) -> Completions:
    """Return what may stand at a place of a query: fields, and values that there are."""
    place = len(query) if position is None else position
    with store.opened() as catalog:
        known = completing.known_values(catalog)
        return Completions(completions=completing.completions(query, place, known))


def _read(store: Store, text: str | None) -> Wanted | None:
    if text is None:
        return None
    return read_query(text, now_unix_ns=store.project.clock.time_unix_ns())
