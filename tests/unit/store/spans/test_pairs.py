from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits.reading import PAIR_CHARS_MAX, PAIRS_MAX
from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.query.fields import number_of, read_query
from backtrail.store.query.lines import attribute_matcher
from backtrail.store.query.patterns import literal
from backtrail.store.query.terms import Term
from backtrail.store.spans.pairs import TOKEN_BYTES, Pairs, cut, tokens_wanted
from backtrail.store.spans.words import Words, is_known
from builders import line, process_id, trace_id, write_segment

TRACE = trace_id(1)
KEYS = ["a", "b", "a.b", "a.b.c", "b.c", "status", "span", "kind", "attributes.a", "parent", "t"]
PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 10), st.integers(-(10**25), 10**25),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "1", "1.0", "x", "X", "ß", "SS", "true", "null", "1e3", "y" * 101]),
)  # fmt: skip
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=5,
)
MEMBERS = st.dictionaries(st.sampled_from(["a", "b", "a.b", "status", "b.c"]), VALUES, max_size=4)


def held_of(raw: bytes, home: Path) -> tuple[list[bytes], set[str]]:
    """Return the bytes of a line's attributes, and the names of those of which no bytes tell."""
    with Catalog.open(home, must_exist=False) as catalog, catalog.writing():
        pairs = Pairs(catalog, Words(catalog))
        pairs.expect(1)
        pairs.add(1, raw)
        return list(pairs.held[1].tokens), {key for key in KEYS if is_known(catalog, "key", key)}


def may_be(key: str, text: str, held: tuple[list[bytes], set[str]]) -> bool:
    tokens, names = held
    wanted = tokens_wanted(key, text, number_of(text), has_parts=names.__contains__)
    return wanted is None or not set(wanted).isdisjoint(tokens)


@pytest.fixture(scope="module")
def somewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@given(
    attributes=MEMBERS,
    members=MEMBERS,
    key=st.sampled_from(KEYS),
    text=st.one_of(
        st.sampled_from(["", "1", "1.0", "01", "x", "ß", "ss", "true", "null", "1000", "1e3"]),
        PLAIN.map(lambda value: msgspec.json.encode(value).decode()),
    ),
)
def test_an_attribute_that_is_there_is_never_ruled_out(
    somewhere: Path, attributes: dict[str, Any], members: dict[str, Any], key: str, text: str
) -> None:
    raw = line("debug.recorded", TRACE, t=1, span="x", **members, attributes=attributes)[:-1]
    term = Term(field="attribute", key=key, value=literal(text))
    if attribute_matcher(term)(raw):
        assert may_be(key, text, held_of(raw, somewhere))


@pytest.mark.parametrize(
    ("key", "text"), [("a", "2"), ("b", "1"), ("a.b", "1"), ("status", "xx"), ("c", "")]
)
def test_an_attribute_that_is_not_there_is_ruled_out(somewhere: Path, key: str, text: str) -> None:
    raw = line("debug.recorded", TRACE, t=1, status="x", attributes={"a": 1, "b": [2, "z"]})[:-1]
    assert not may_be(key, text, held_of(raw, somewhere))
    assert may_be("b", "Z", held_of(raw, somewhere))


def test_of_a_long_value_the_events_are_asked(somewhere: Path) -> None:
    raw = line("debug.recorded", TRACE, t=1, attributes={"a": "x" * (PAIR_CHARS_MAX + 1)})[:-1]
    assert may_be("a", "anything", held_of(raw, somewhere))
    assert not may_be("b", "anything", held_of(raw, somewhere))


def test_a_line_that_cannot_be_read_has_no_attributes(somewhere: Path) -> None:
    assert held_of(b'{"a":1e999}', somewhere)[0] == []
    assert held_of(b"no line", somewhere)[0] == []


def test_bytes_of_a_trace_are_cut_where_they_were_joined() -> None:
    assert cut(b"abcdef") == [b"abc", b"def"]
    assert cut(b"") == []
    assert len(b"abc") == TOKEN_BYTES


def found(catalog: Catalog, text: str) -> list[str]:
    query = read_query(text, now_unix_ns=0)
    return [trace.trace_id for trace in reading.find(catalog, TraceFilter(query=query)).traces]


def test_a_trace_with_too_many_attributes_is_found_by_its_events(home: Path) -> None:
    many = [
        line("debug.recorded", TRACE, t=n, attributes={f"k{n}": n}) for n in range(PAIRS_MAX + 5)
    ]
    write_segment(home, process_id(1), many)
    few = line("debug.recorded", trace_id(2), t=1, attributes={"k7": 7})
    write_segment(home, process_id(2), [few])
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert (reading.partly_indexed(catalog), reading.counters(catalog)) == (1, {})
        assert sorted(found(catalog, "@k7:7")) == [TRACE, trace_id(2)]
        assert found(catalog, f"@k{PAIRS_MAX + 4}:{PAIRS_MAX + 4}") == [TRACE]
        assert found(catalog, "@k7:8") == []
        write_segment(home, process_id(3), [line("debug.recorded", TRACE, t=9, late=1)])
        refresh(catalog)
        assert found(catalog, "@late:1") == [TRACE]


def test_what_comes_in_later_transactions_is_added(home: Path) -> None:
    for n in range(3):
        raw = line("debug.recorded", TRACE, t=n, attributes={"n": n, "same": "x"})
        write_segment(home, process_id(n), [raw])
        with Catalog.open(home) as catalog:
            refresh(catalog)
            for known in range(3):
                assert bool(found(catalog, f"@n:{known}")) == (known <= n)
            trait = catalog.row("trait", trace_no=1)
            assert trait is not None
            pairs = cut(trait["pairs"])
            assert len(pairs) == len(set(pairs))
