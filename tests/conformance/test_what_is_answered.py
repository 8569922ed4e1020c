from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backtrail.model.errors import NotFoundError
from backtrail.store import reading
from backtrail.store.answers import ErrorFilter, TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.overview.groups import error_groups
from backtrail.store.overview.sessions import sessions
from backtrail.store.query.completing import completions, known_values
from backtrail.store.query.fields import read_query
from builders import START_UNIX_NS, debugs, process_id, trace_id, write_segment
from kept_stores import Kept
from mixed_store import COUNT, MS, everything, write_mixed

NOW = START_UNIX_NS + 1_000 * MS


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def mixed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Return a home with traces of many sorts, all of them indexed."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    home = tmp_path_factory.mktemp("project") / ".backtrail"
    home.mkdir()
    write_mixed(home)
    kept = Kept(home, None if server is None else server.url())
    with kept.indexed():
        return kept


@pytest.fixture
def catalog(mixed: Kept) -> Iterator[Catalog]:
    with mixed.open() as opened:
        yield opened


Fact = dict[str, Any]


def facts_of(catalog: Catalog) -> list[Fact]:
    """Return what the queries below ask for, of each trace, read in the plainest way."""
    found = []
    for trace in reading.traces(catalog, TraceFilter(limit=1_000)):
        events = list(reading.events(catalog, trace.trace_id))
        errors = [event.body for event in events if event.kind == "error.raised"]
        attributes = [event.body.get("attributes", {}) for event in events]
        text = "\n".join(f"{event.body}" for event in events).casefold()
        command = " ".join(trace.command or []).casefold()
        found.append(
            {"t": trace, "errors": errors, "is": attributes, "text": text, "command": command}
        )
    return found


def raised(fact: Fact, *words: str) -> bool:
    """Tell whether an error of this type, or with this in its message, was raised."""
    return any(
        body["type"].casefold() == word or word in body["message"].casefold()
        for body in fact["errors"]
        for word in words
    )


CLAUSES: dict[str, Callable[[Fact], bool]] = {
    "status:ok": lambda f: f["t"].status == "ok",
    "status:error": lambda f: f["t"].status == "error",
    "status:unfinished": lambda f: f["t"].status == "unfinished",
    "name:charge_card": lambda f: f["t"].name == "charge_card",
    'name:"*STRASSE 100%*"': lambda f: "straße 100%" in f["t"].name.lower(),
    'name:"*i̇STANBUL_%*"': lambda f: "İstanbul_%" in f["t"].name,
    r'name:"*naïve \\ [A-Z]\**"': lambda f: "naïve \\ [a-z]*" in f["t"].name,
    'name:"*Ǆ*"': lambda f: "ǆ" in f["t"].name.casefold(),
    "name:*app1*": lambda f: "app1" in f["t"].name.casefold(),
    "name:PYTHON*": lambda f: f["t"].name.startswith("python"),
    "duration:>2ms": lambda f: f["t"].took_ms > 2,
    "duration:<=0.008us": lambda f: f["t"].took_ms <= 0.000_008,
    "started:>=2025-10-09T08:53:20.005Z": lambda f: f["t"].start_unix_ns >= START_UNIX_NS + 5 * MS,
    "until:2025-10-09T08:53:20.007Z": lambda f: f["t"].start_unix_ns < START_UNIX_NS + 7 * MS,
    "session:one": lambda f: f["t"].session == "one",
    "session:t*": lambda f: f["t"].session == "two",
    r"session:[x]\*": lambda f: f["t"].session == "[x]*",
    r'session:"[x]*\*"': lambda f: f["t"].session == "[x]*",
    "session:ONE*": lambda _: False,
    'session:""': lambda f: f["t"].session is None,
    "run:run-1*": lambda f: (f["t"].run_id or "").startswith("run-1"),
    "run:run-4": lambda f: f["t"].run_id == "run-4",
    'run:""': lambda f: f["t"].run_id is None,
    "command:app2": lambda f: "app2" in f["command"],
    'command:"STRASSE 100%"': lambda f: "strasse 100%" in f["command"],
    'command:"it\'s"': lambda _: False,
    """command:"it'\\"'\\"'s\"""": lambda f: "it's" in f["command"],
    'command:""': lambda f: not f["t"].command,
    "errors:>0": lambda f: f["t"].errors > 0,
    "errors:0": lambda f: f["t"].errors == 0,
    "errors:>1": lambda f: f["t"].errors > 1,
    "events:>4": lambda f: f["t"].events > 4,
    "spans:1": lambda f: f["t"].spans == 1,
    "error:keyerror": lambda f: raised(f, "keyerror"),
    "error:grösse": lambda f: raised(f, "grösse"),
    "error:GRÖSSE*": lambda f: any(b["type"] == "GRÖẞE" for b in f["errors"]),
    'error:"RDER 1"': lambda f: raised(f, "order 1"),
    'error:"100%"': lambda f: raised(f, "100%"),
    r'fingerprint:"*[\*?]"': lambda f: any(b["fingerprint"].endswith("[*?]") for b in f["errors"]),
    "fingerprint:KeyError@*": lambda f: bool(f["errors"]),
    "kettle": lambda f: "kettle" in f["text"],
    '"the kettle*hot"': lambda f: "the kettle" in f["text"],
    "@n:7": lambda f: any(each.get("n") == 7 for each in f["is"]),
    "@n:>20": lambda f: any(each.get("n", 0) > 20 for each in f["is"]),
    "@number:2": lambda f: any(each.get("number") == 2 for each in f["is"]),
}
NEVER = {"session:ONE*", 'command:"it\'s"'}
"""What no trace is; all else some are, and some are not."""


@pytest.mark.parametrize("text", CLAUSES)
def test_every_clause_finds_what_it_means(catalog: Catalog, text: str) -> None:
    every = facts_of(catalog)
    wanted = [fact["t"].trace_id for fact in every if CLAUSES[text](fact)]
    assert bool(wanted) is (text not in NEVER)
    assert len(wanted) < len(every)
    for query, expected in (
        (text, wanted),
        (f"-({text})", [f["t"].trace_id for f in every if f["t"].trace_id not in wanted]),
        (f"({text}) or @n:7", [f["t"].trace_id for f in every if _or_seven(f, text)]),
        (f"({text}) -@n:7", [f["t"].trace_id for f in every if _but_seven(f, text)]),
    ):
        read = read_query(query, now_unix_ns=NOW)
        found = reading.traces(catalog, TraceFilter(query=read, limit=1_000))
        assert [trace.trace_id for trace in found] == expected, query


def _or_seven(fact: Fact, text: str) -> bool:
    return CLAUSES[text](fact) or CLAUSES["@n:7"](fact)


def _but_seven(fact: Fact, text: str) -> bool:
    return CLAUSES[text](fact) and not CLAUSES["@n:7"](fact)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("error:grösse", lambda error: error.type == "GRÖẞE"),
        ('error:"order 1"', lambda error: "order 1" in error.message),
        (r'fingerprint:"*[\*?]"', lambda error: error.fingerprint.endswith("[*?]")),
        ("session:one", lambda error: int(error.error_id[-2:]) % 4 == 0),
        ("started:>=2025-10-09T08:53:20.005Z", lambda e: e.time_unix_ns >= START_UNIX_NS + 5 * MS),
        ("status:error", lambda error: int(error.error_id[-2:]) % 8 in {1, 3, 4, 5, 7}),
    ],
)
def test_errors_are_found_by_the_same_words(
    catalog: Catalog, text: str, meant: Callable[[Any], bool]
) -> None:
    every = reading.find_errors(catalog, ErrorFilter(limit=100)).errors
    query = read_query(text, now_unix_ns=NOW)
    found = reading.find_errors(catalog, ErrorFilter(query=query, limit=100)).errors
    assert [error.error_id for error in found] == [e.error_id for e in every if meant(e)]
    assert 0 < len(found) < len(every) == COUNT // 3


def test_errors_count_what_was_only_repeated(catalog: Catalog) -> None:
    for error in reading.find_errors(catalog, ErrorFilter(limit=100)).errors:
        assert error.repeats == int(error.error_id[-2:]) + 1


def test_groups_add_up_what_shares_a_fingerprint(catalog: Catalog) -> None:
    groups = error_groups(catalog, now_unix_ns=NOW).groups
    assert [group.fingerprint for group in groups] == [
        "KeyError@shop.py:[*?]",
        "KeyError@shop.py:charge",
    ]
    for group in groups:
        numbers = [n for n in range(0, COUNT, 3) if bool(n % 2) is ("[*?]" in group.fingerprint)]
        assert (group.traces, group.count) == (4, 4 + sum(n + 1 for n in numbers))
        assert group.last_trace_id == trace_id(numbers[-1])
        assert sum(group.trend) == 4
    paged = error_groups(catalog, now_unix_ns=NOW, limit=1)
    again = error_groups(catalog, now_unix_ns=NOW, limit=1, cursor=paged.next_cursor)
    assert [*paged.groups, *again.groups] == groups


def test_sessions_add_up_their_traces(catalog: Catalog) -> None:
    found = {session.session: session for session in sessions(catalog).sessions}
    assert set(found) == {"one", "two", "[x]*", None}
    every = reading.traces(catalog, TraceFilter(limit=1_000))
    for name, session in found.items():
        own = [trace for trace in every if trace.session == name]
        assert session.traces == len(own)
        assert session.errors == sum(trace.errors for trace in own)
        newest = max(own, key=lambda trace: trace.start_unix_ns)
        last = next(trace for trace in own if trace.trace_id == session.last_trace_id)
        assert last.start_unix_ns == newest.start_unix_ns
    pages = [sessions(catalog, limit=1)]
    while pages[-1].next_cursor is not None:
        pages.append(sessions(catalog, limit=1, cursor=pages[-1].next_cursor))
    assert [s for page in pages for s in page.sessions] == sessions(catalog).sessions


def test_what_may_be_written_next_is_what_there_is(catalog: Catalog) -> None:
    known = known_values(catalog)
    assert set(known("session")) == {"one", "two", "[x]*"}
    assert set(known("error")) == {"KeyError", "TimeoutError", "GRÖẞE"}
    assert "load" in known("name") or "charge_card" in known("name")
    assert "one" in [each.text for each in completions("session:o", 9, known)]


def test_ids_lead_to_their_trace_and_no_order_but_that_of_code_points_counts(
    catalog: Catalog,
) -> None:
    for text in (trace_id(3), trace_id(3).upper(), f"e{3:031d}", f"{3:016x}", f"{process_id(3)}:0"):
        assert reading.resolve_trace(catalog, text) == trace_id(3)
    assert reading.resolve_trace(catalog, "run-4") == trace_id(4)
    with pytest.raises(NotFoundError, match="names several"):
        reading.resolve_trace(catalog, "run-")
    with pytest.raises(NotFoundError):
        reading.resolve_trace(catalog, "RUN-4")
    assert (
        reading.resolve_trace(catalog, "latest")
        == max(
            reading.traces(catalog, TraceFilter(limit=1_000)),
            key=lambda trace: (trace.start_unix_ns, trace.trace_id),
        ).trace_id
    )


def test_a_page_does_not_move_when_traces_come(kept: Kept) -> None:
    for n in range(10):
        write_segment(kept.home, process_id(n), debugs(trace_id(n), 2, t=1_000 * (n // 3)))
    for text in ("events:2", "charge_card"):
        query = read_query(text, now_unix_ns=NOW)
        with kept.indexed() as catalog:
            every = [t.trace_id for t in reading.traces(catalog, TraceFilter(query=query))]
            seen: list[str] = []
            cursor: str | None = None
            for number in range(100, 120):
                page = reading.find(catalog, TraceFilter(query=query, limit=3, cursor=cursor))
                seen += [trace.trace_id for trace in page.traces]
                cursor = page.next_cursor
                later = debugs(trace_id(number), 2, t=10**9 + len(every))
                write_segment(kept.home, process_id(number), later)
                with kept.indexed():
                    pass
                if cursor is None:
                    break
            assert seen == every


def test_every_engine_answers_alike(mixed: Kept, catalog: Catalog) -> None:
    """What is asked of PostgreSQL is compared with what SQLite says of the same journal."""
    with Kept(mixed.home, None).indexed() as other:
        assert everything(catalog) == everything(other)
