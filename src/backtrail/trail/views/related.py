"""Other traces that belong to one: those it names, those that name it, those that failed alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from backtrail.model.errors import NotFoundError
from backtrail.model.kinds import Link
from backtrail.model.limits.reading import RELATED_MAX
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.trail.moment import moment_text
from backtrail.trail.wording import trace_name


class RelatedTrace(Struct, frozen=True, kw_only=True):
    """Another trace, and how it is tied to this one."""

    trace_id: str
    relation: str
    """`child.of`, `retry.of`, `replay.of`: what the one that names says of the named."""
    is_named: bool
    """Whether this trace names the other one; otherwise the other one names this."""
    name: str | None
    """`None` when the store does not hold it."""
    status: str | None
    time: str | None


class SameError(Struct, frozen=True, kw_only=True):
    """An error of another trace with the identity of one of this."""

    fingerprint: str
    type: str
    message: str
    error_id: str
    trace_id: str
    time: str
    time_unix_ns: int


def related_traces(
    catalog: Catalog, trace_id: str, links: Iterable[Link], processes: Iterable[str]
) -> list[RelatedTrace]:
    """Return the traces that a trace names, and those of its processes that name it.

    Args:
        catalog: where they are kept.
        trace_id: the trace, by its full id.
        links: what it names.
        processes: those that took part in it.
    """
    found = [
        _related(catalog, link.trace_id, link.relation, is_named=True)
        for link in list(links)[:RELATED_MAX]
    ]
    for process in processes:
        for other in reading.traces_beside(catalog, process, limit=RELATED_MAX):
            if other != trace_id and len(found) < RELATED_MAX:
                found += [
                    _related(catalog, other, relation, is_named=False)
                    for relation in _relations(catalog, other, trace_id)
                ]
    return found


def same_errors(
    catalog: Catalog, trace_id: str, fingerprints: Iterable[str], *, limit: int = RELATED_MAX
) -> list[SameError]:
    """Return errors of other traces that have one of these identities, newest first."""
    found = [
        SameError(
            fingerprint=fingerprint,
            type=error.type,
            message=error.message,
            error_id=error.error_id,
            trace_id=error.trace_id,
            time=moment_text(error.time_unix_ns),
            time_unix_ns=error.time_unix_ns,
        )
        for fingerprint in dict.fromkeys(fingerprints)
        for error in reading.errors(catalog, fingerprint=fingerprint, limit=RELATED_MAX)
        if error.trace_id != trace_id
    ]
    return sorted(found, key=lambda error: -error.time_unix_ns)[:limit]


def _relations(catalog: Catalog, other: str, trace_id: str) -> Iterator[str]:
    """Yield how another trace names this one."""
    for event in reading.events(catalog, other, kinds={"trace.started"}, limit=1):
        links = event.body.get("links")
        for link in links if isinstance(links, list) else []:
            if isinstance(link, dict) and link.get("trace_id") == trace_id:
                yield str(link.get("relation", ""))


def _related(catalog: Catalog, trace_id: str, relation: str, *, is_named: bool) -> RelatedTrace:
    try:
        summary = reading.trace_summary(catalog, trace_id)
    except NotFoundError:
        return RelatedTrace(
            trace_id=trace_id,
            relation=relation,
            is_named=is_named,
            name=None,
            status=None,
            time=None,
        )
    return RelatedTrace(
        trace_id=trace_id,
        relation=relation,
        is_named=is_named,
        name=trace_name(summary.name, summary.command),
        status=summary.status,
        time=moment_text(summary.start_unix_ns),
    )
