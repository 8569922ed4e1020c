from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.errors import ExitCode, NotFoundError
from backtrail.model.ids import dashed
from backtrail.store import lookup
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from builders import (
    debugs,
    error_body,
    line,
    process_id,
    process_started,
    trace_id,
    write_segment,
)

FIRST, SECOND = "0190b6a2aaaa70009000000000000001", "0190b6a2bbbb70009000000000000002"
ODD = "Import 17/b"
SPAN = "00f067aa0ba902b7"
RUN, ERROR = "0190b6a2cccc70008000000000000009", "0190b6a2dddd70008000000000000009"


@pytest.fixture
def catalog(home: Path) -> Iterator[Catalog]:
    """Return a catalogue in which ids of all sorts are."""
    write_segment(
        home,
        process_id(1),
        [
            line("run.started", FIRST, t=1, run_id=RUN, command=["a"], cwd="/", session="night"),
            line("span.started", FIRST, t=2, span=SPAN, name="step"),
            *debugs(FIRST, 5),
            *debugs(ODD, 1, t=3),
        ],
    )
    write_segment(
        home,
        process_id(2),
        [
            process_started(SECOND, t=9_000, session="night"),
            line("error.raised", SECOND, t=9_001, **error_body(ERROR)),
        ],
    )
    with Catalog.open(home) as opened:
        refresh(opened)
        yield opened


@pytest.mark.parametrize(
    ("text", "trace"),
    [
        (FIRST, FIRST),
        (f"  {FIRST}\n", FIRST),
        (FIRST.upper(), FIRST),
        (dashed(FIRST), FIRST),
        (dashed(FIRST)[:12], FIRST),
        (FIRST[:9], FIRST),
        ("latest", SECOND),
        (ODD, ODD),
        ("Import", ODD),
        (RUN, FIRST),
        (RUN[:10], FIRST),
        (ERROR, SECOND),
        (ERROR[:9], SECOND),
        (SPAN, FIRST),
        (SPAN[:6], FIRST),
        (process_id(2), SECOND),
        ("night", SECOND),
        (f"{process_id(1)}:3", FIRST),
        (f"{process_id(1)}:7", ODD),
        (f"{process_id(2)}:1", SECOND),
    ],
)
def test_every_id_leads_to_its_trace(catalog: Catalog, text: str, trace: str) -> None:
    assert lookup.resolve_trace(catalog, text) == trace


@pytest.mark.parametrize(
    "text", [ERROR, ERROR[:9], dashed(ERROR), "latest", SECOND, SECOND[:9], "night"]
)
def test_an_error_is_found_by_its_id_and_by_its_traces(catalog: Catalog, text: str) -> None:
    assert lookup.resolve_error(catalog, text) == ERROR


def test_an_ambiguous_prefix_lists_what_it_may_mean(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError, match="names several traces") as raised:
        lookup.resolve_trace(catalog, "0190b6a2")
    assert FIRST[:12] in raised.value.hint
    assert SECOND[:12] in raised.value.hint
    assert raised.value.exit_code == ExitCode.NOT_FOUND


@pytest.mark.parametrize("typed", [FIRST[:-1] + "7", FIRST[:20].replace("aaaa", "aaba"), FIRST[1:]])
def test_an_unknown_id_lists_the_nearest(catalog: Catalog, typed: str) -> None:
    with pytest.raises(NotFoundError, match=f"there is no trace {typed}") as raised:
        lookup.resolve_trace(catalog, typed)
    assert "did you mean" in raised.value.hint
    assert FIRST[:12] in raised.value.hint


@pytest.mark.parametrize("typed", ["nonsense", "", "'; DROP TABLE trace; --", "%", "\0", "zz:1"])
def test_an_id_like_no_other_says_where_they_are_listed(catalog: Catalog, typed: str) -> None:
    with pytest.raises(NotFoundError) as raised:
        lookup.resolve_trace(catalog, typed)
    assert "backtrail ls" in raised.value.hint


def test_an_unknown_error_lists_the_nearest(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError, match="there is no error") as raised:
        lookup.resolve_error(catalog, ERROR[:-2] + "ff")
    assert ERROR in raised.value.hint


def test_a_trace_without_an_error_says_so(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError, match=f"trace {FIRST} has no error") as raised:
        lookup.resolve_error(catalog, FIRST)
    assert f"backtrail show {FIRST}" in raised.value.hint


def test_a_trace_with_several_errors_lists_them(catalog: Catalog) -> None:
    lines = [
        line("error.raised", SECOND, t=t, **error_body(f"{t:032x}", is_handled=True))
        for t in range(10_000, 10_009)
    ]
    write_segment(catalog.home, process_id(3), lines)
    refresh(catalog)
    with pytest.raises(NotFoundError, match="names several errors") as raised:
        lookup.resolve_error(catalog, SECOND)
    assert raised.value.hint.endswith("and more")


def test_an_empty_store_has_no_latest(home: Path) -> None:
    with Catalog.open(home) as empty:
        for resolve in (lookup.resolve_trace, lookup.resolve_error):
            with pytest.raises(NotFoundError, match="nothing is recorded here") as raised:
                resolve(empty, "latest")
            assert "backtrail run" in raised.value.hint


def test_a_full_id_is_itself_though_others_begin_with_it(home: Path) -> None:
    write_segment(
        home, process_id(1), [*debugs("ab", 1), *debugs("abc", 1), *debugs(trace_id(1), 1)]
    )
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert lookup.resolve_trace(catalog, "ab") == "ab"
        with pytest.raises(NotFoundError, match="several"):
            lookup.resolve_trace(catalog, "a")


def test_the_nearest_are_few_and_the_most_alike_first() -> None:
    ids = [f"abcdef{number:02d}" for number in range(50)]
    near = lookup.nearest("abcdef7", [*ids, "zzzzzzzz"])
    assert len(near) == 5
    assert all(id_.startswith("abcdef") for id_ in near)
    assert lookup.nearest("qqqq", ids) == []


@given(st.sets(st.text("0123456789abcdef", min_size=32, max_size=32), min_size=1))
def test_shortened_ids_stay_apart(known: set[str]) -> None:
    short = lookup.short_ids(known)
    assert len(set(short.values())) == len(known)
    assert all(id_.startswith(shown) for id_, shown in short.items())


def test_an_event_is_named_by_its_process_and_its_number(catalog: Catalog) -> None:
    assert lookup.resolve_event(catalog, f"{process_id(1)}:3") == (FIRST, process_id(1), 3)
    assert lookup.resolve_event(catalog, f" {process_id(1).upper()}:3 ") == (
        FIRST,
        process_id(1),
        3,
    )


@pytest.mark.parametrize("text", ["", "nope", process_id(1), f"{process_id(1)}:99999", "abc:1"])
def test_what_names_no_event_says_what_an_id_is(catalog: Catalog, text: str) -> None:
    with pytest.raises(NotFoundError, match="there is no event") as caught:
        lookup.resolve_event(catalog, text)
    assert "<process>:<number>" in caught.value.hint


def test_a_beginning_of_several_processes_is_answered_with_their_events(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError, match="names several events") as caught:
        lookup.resolve_event(catalog, f"{process_id(1)[:8]}:0")
    assert "type more of one" in caught.value.hint
