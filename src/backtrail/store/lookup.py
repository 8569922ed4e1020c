"""Finds what an id names: every id that one command prints is accepted by every other."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from itertools import pairwise

from backtrail.model.errors import NotFoundError
from backtrail.model.ids import normalized
from backtrail.model.limits.reading import NEAREST_IDS_MAX
from backtrail.store.catalog import Catalog
from backtrail.store.packing.dictionaries import unpacked
from backtrail.store.spans import numbers

LATEST = "latest"
ID_DIGITS_MIN = 12
"""Digits of an id that are printed at least: its millisecond."""
_RECENT_IDS = 1_000
"""Ids among which the nearest to a mistyped one are looked for."""
_EVENT_ID = re.compile(r"([0-9a-f]{1,32}):([0-9]{1,15})\Z")
_SPANS = "spans_between"
_OTHERS = (
    "error_ids_between",
    "run_ids_between",
    _SPANS,
    "process_ids_between",
)  # fmt: skip
"""Ids that lead to a trace, in the order in which they are tried."""


def resolve_trace(catalog: Catalog, text: str) -> str:
    """Return the full id of the one trace that a text names; see `reading.resolve_trace`."""
    if text.strip() == LATEST:
        return _latest(catalog, "latest_trace", "trace")
    for candidate in _spellings(text):
        if catalog.row("trace_row", trace_id=candidate) is not None:
            return candidate
    found = _named(catalog, text)
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous("trace", text, found)
    raise unknown_trace(catalog, text)


def resolve_error(catalog: Catalog, text: str) -> str:
    """Return the full id of the one error that a text names; see `reading.resolve_error`."""
    if text.strip() == LATEST:
        return _latest(catalog, "latest_error", "error")
    for candidate in _spellings(text):
        rows = _between(catalog, "error_ids_between", candidate)
        ids = [id_ for id_, _ in rows]
        if candidate in ids:
            return candidate
        if len(ids) == 1:
            return ids[0]
        if ids:
            raise _ambiguous("error", text, ids)
    return _error_of_trace(catalog, text)


def resolve_event(catalog: Catalog, text: str) -> tuple[str, str, int]:
    """Return trace, process and seq of the event that a text names; see `reading.event_named`."""
    match = _EVENT_ID.match(text.strip().lower())
    found = [] if match is None else _events_of(catalog, match[1], int(match[2]))
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous("event", text, [f"{process}:{seq}" for _, process, seq in found])
    raise NotFoundError(
        f"there is no event {text}",
        hint="the id of an event is <process>:<number>, as `show` has it",
    )


def unknown_trace(catalog: Catalog, text: str) -> NotFoundError:
    """Return the error that says that no trace has this id, with the nearest that there are."""
    recent = [row["trace_id"] for row in catalog.rows("recent_trace_ids", limit=_RECENT_IDS)]
    return _unknown("trace", text, recent, "backtrail ls")


def unknown_error(catalog: Catalog, text: str) -> NotFoundError:
    """Return the error that says that no error has this id, with the nearest that there are."""
    recent = [row["error_id"] for row in catalog.rows("recent_error_ids", limit=_RECENT_IDS)]
    return _unknown("error", text, recent, "backtrail errors")


def _named(catalog: Catalog, text: str) -> list[str]:
    """Return the traces that a text may mean, best kind of id first, without doubles."""
    for candidate in _spellings(text):
        rows = catalog.rows(
            "trace_ids_between",
            low=candidate,
            high=_behind(candidate),
            limit=NEAREST_IDS_MAX + 1,
        )
        if rows:
            return [row["trace_id"] for row in rows]
    for candidate in _spellings(text):
        for query in _OTHERS:
            traces = [trace_id for _, trace_id in _between(catalog, query, candidate)]
            if traces:
                return list(dict.fromkeys(traces))
    row = catalog.row("latest_trace_of_session", session=text.strip())
    return [row["trace_id"]] if row else _of_event(catalog, text)


def _of_event(catalog: Catalog, text: str) -> list[str]:
    match = _EVENT_ID.match(text.strip().lower())
    if match is None:
        return []
    return [trace_id for trace_id, _, _ in _events_of(catalog, match[1], int(match[2]))]


def _events_of(catalog: Catalog, low: str, seq: int) -> list[tuple[str, str, int]]:
    """Return trace, process and seq of the events with this number of processes that begin so."""
    found = []
    writers = catalog.rows("writers_between", low=low, high=_behind(low), limit=NEAREST_IDS_MAX)
    for writer in writers:
        process = writer["process"]
        around = catalog.rows("blocks_around", process=process, seq=seq)
        found += [
            (str(row["trace_id"]), str(process), seq)
            for row in around
            if _holds(catalog, row["block_id"], seq)
        ]
    return found


def _holds(catalog: Catalog, block_id: int, seq: int) -> bool:
    block = catalog.row("block", block_id=block_id)
    return block is not None and seq in unpacked(catalog, block)[0]


def _error_of_trace(catalog: Catalog, text: str) -> str:
    try:
        trace_id = resolve_trace(catalog, text)
    except NotFoundError:
        raise unknown_error(catalog, text) from None
    rows = catalog.rows("errors_of_trace", trace_id=trace_id, limit=NEAREST_IDS_MAX + 1)
    ids = [row["error_id"] for row in rows]
    if len(ids) == 1:
        return str(ids[0])
    if ids:
        raise _ambiguous("error", text, ids)
    raise NotFoundError(
        f"trace {trace_id} has no error", hint=f"see all of it with `backtrail show {trace_id}`"
    )


def _latest(catalog: Catalog, query: str, noun: str) -> str:
    row = catalog.row(query)
    if row is None:
        raise NotFoundError(
            f"nothing is recorded here, so there is no latest {noun}",
            hint="record something with `backtrail run -- python app.py`",
        )
    return str(row[0])


def _between(catalog: Catalog, query: str, prefix: str) -> list[tuple[str, str]]:
    if query == _SPANS:
        return numbers.named(catalog, prefix, behind=_behind(prefix), limit=NEAREST_IDS_MAX + 1)
    rows = catalog.rows(query, low=prefix, high=_behind(prefix), limit=NEAREST_IDS_MAX + 1)
    return [(row["id"], row["trace_id"]) for row in rows]


def _spellings(text: str) -> list[str]:
    """Return the stored form of an id, and the text as it came: imported ids keep theirs."""
    stripped = text.strip()
    stored = normalized(stripped)
    spellings = [stripped] if stored is None else [stored, stripped]
    return [spelling for spelling in dict.fromkeys(spellings) if spelling]


def _behind(prefix: str) -> str:
    """Return the first text behind all that begin with a prefix."""
    return prefix + "\U0010ffff"


def _ambiguous(noun: str, text: str, ids: list[str]) -> NotFoundError:
    more = " and more" if len(ids) > NEAREST_IDS_MAX else ""
    short = short_ids(ids)
    listed = ", ".join(short[id_] for id_ in ids[:NEAREST_IDS_MAX])
    return NotFoundError(f"{text} names several {noun}s", hint=f"type more of one: {listed}{more}")


def _unknown(noun: str, text: str, recent: Iterable[str], listing: str) -> NotFoundError:
    near = nearest(normalized(text) or text.strip(), list(recent))
    if not near:
        return NotFoundError(f"there is no {noun} {text}", hint=f"`{listing}` lists what there is")
    return NotFoundError(f"there is no {noun} {text}", hint=f"did you mean {' or '.join(near)}?")


def short_ids(ids: Iterable[str]) -> dict[str, str]:
    """Shorten ids as far as they stay apart from one another."""
    known = sorted(set(ids))
    shared = [_shared_digits(one, other) for one, other in pairwise(known)]
    digits = max([ID_DIGITS_MIN, *(number + 1 for number in shared)])
    return {id_: id_[:digits] for id_ in known}


def _shared_digits(one: str, other: str) -> int:
    return next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def nearest(text: str, ids: list[str]) -> list[str]:
    """Return the ids whose beginning is most like a text."""
    if not text:
        return []
    begins: dict[str, str] = {}
    for id_ in ids:
        begins.setdefault(id_[: len(text)], id_)
    alike = difflib.get_close_matches(text, begins, n=NEAREST_IDS_MAX, cutoff=_ALIKE_MIN)
    return [begins[begin] for begin in alike]


_ALIKE_MIN = 0.6
"""How alike two texts must be to be taken for one another; difflib's own measure and default."""
