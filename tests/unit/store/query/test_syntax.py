from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits.reading import (
    QUERY_CHARS_MAX,
    QUERY_DEPTH_MAX,
    QUERY_TERMS_MAX,
    QUERY_WILDCARDS_MAX,
)
from backtrail.store.query.syntax import Written, parse
from backtrail.store.query.terms import All, Either, Leaf, Not, Tree, leaves
from backtrail.store.query.wrong import WrongQueryError


def short(tree: Tree[Written]) -> str:
    if isinstance(tree, Leaf):
        one = tree.what
        name = "" if one.name is None else f"{one.name}:"
        sign = "" if one.compared == "=" else one.compared
        return f"{name}{sign}{one.value.text}"
    if isinstance(tree, Not):
        return f"!{short(tree.part)}"
    sign = " & " if isinstance(tree, All) else " | "
    return f"({sign.join(map(short, tree.parts))})"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", "()"),
        ("  ", "()"),
        ("timeout", "timeout"),
        ("status:error", "status:error"),
        ('status:error name:"llm *" ', "(status:error & name:llm *)"),
        ("a and b", "(a & b)"),
        ("a b or c d", "((a & b) | (c & d))"),
        ("a (b or c) d", "(a & (b | c) & d)"),
        ("a OR b Or c", "(a | b | c)"),
        ("not a b", "(!a & b)"),
        ("-status:ok -(a or b)", "(!status:ok & !(a | b))"),
        ("not -a", "!!a"),
        ("order-17 -", "(order-17 & -)"),
        ("notes or order", "(notes | order)"),
        ("duration:>=2s", "duration:>=2s"),
        ("events:>10", "events:>10"),
        ("gen_ai.request.model:gpt-*", "gen_ai.request.model:gpt-*"),
        ("@user:7 @http.request/x:1", "(@user:7 & @http.request/x:1)"),
        ("started:>2026-11-20T10:00:00+01:00", "started:>2026-11-20T10:00:00+01:00"),
        ('"or" "a:b"', "(or & a:b)"),
        ("17:30", "17:30"),
        ("name:(", None),
    ],
)
def test_a_query_is_read_as_it_is_meant(text: str, read: str | None) -> None:
    if read is None:
        with pytest.raises(WrongQueryError):
            parse(text)
    else:
        assert short(parse(text)) == read


@pytest.mark.parametrize(
    ("text", "said", "at"),
    [
        ("duration:", "a value is missing behind 'duration:'", 9),
        ("duration:> 2s", "a value is missing behind 'duration:>'", 10),
        ('name:"llm', "the quote is not closed", 5),
        ('say "llm', "the quote is not closed", 4),
        ("(a or b", "the ( is not closed", 0),
        ("a) b", "there is a ) that nothing opens", 1),
        ("a or", "a term or a word is missing here", 4),
        ("or a", "a term or a word is missing before 'or'", 0),
        ("a or or b", "a term or a word is missing before 'or'", 5),
        ("()", "a term or a word is missing here", 1),
        ("not", "a term or a word is missing here", 3),
        ('a"b"', "a space is missing before '\"'", 1),
        ("run(1)", "a space is missing before '('", 3),
        ("a \ud800", "'\\ud800' is no character of a text", 2),
        ("a\0", "'\\x00' is no character of a text", 1),
        ("a" * (QUERY_CHARS_MAX + 1), "the query has more than 2,000 characters", QUERY_CHARS_MAX),
        ("a " * (QUERY_TERMS_MAX + 1), "the query has more than 50 terms", QUERY_TERMS_MAX * 2),
        (
            "(" * (QUERY_DEPTH_MAX + 1) + "a",
            "the query is nested deeper than 20",
            QUERY_DEPTH_MAX,
        ),
        ("-" * 900 + "a", "the query is nested deeper than 20", QUERY_DEPTH_MAX),
        ("x:" + "a*" * 9, "the value has more than 8 wildcards", 2),
    ],
)
def test_a_wrong_query_says_where_and_what(text: str, said: str, at: int) -> None:
    with pytest.raises(WrongQueryError) as raised:
        parse(text)
    assert raised.value.message == f"{said} at character {at + 1} of the query"
    assert raised.value.start == at
    shown, carets = raised.value.hint.split("\n")[-2:]
    assert carets.strip() == "^" * (raised.value.end - at) or at + 60 < raised.value.end
    if at < len(text) and text[at].isprintable():
        assert shown[carets.index("^")] == text[at]


def test_places_are_told() -> None:
    (one,) = leaves(parse('  name:"a b" '))
    assert (one.start, one.value_start, one.end, one.is_quoted) == (2, 7, 12, True)
    assert QUERY_WILDCARDS_MAX == 8


@given(text=st.text('ab:"()-*\\ @.><= \n', max_size=40) | st.text(max_size=40))
def test_whatever_is_written_is_read_or_told_with_its_place(text: str) -> None:
    read: list[Written] = []
    refused = None
    try:
        read = list(leaves(parse(text)))
    except WrongQueryError as error:
        refused = error
    assert refused is None or 0 <= refused.start <= len(text)
    assert refused is None or set(refused.hint.split("\n")[-1]) <= {"^", " "}
    assert [text[one.value_start : one.end].strip('"') for one in read] == [
        one.text.strip('"') for one in read
    ]


BARE = st.text("abcxyz17", min_size=1, max_size=5).filter(lambda word: word not in ("and", "or"))
WORDS: st.SearchStrategy[str] = st.one_of(
    BARE.map(lambda word: f"w{word}"),
    st.tuples(BARE, BARE).map(lambda pair: f"n{pair[0]}:{pair[1]}"),
    st.text("ab or()", min_size=1, max_size=6).map(lambda text: f'"{text}"'),
)


def printed(tree: Tree[str]) -> str:
    if isinstance(tree, Leaf):
        return tree.what
    if isinstance(tree, Not):
        return f"-({printed(tree.part)})"
    return (" " if isinstance(tree, All) else " or ").join(f"({printed(p)})" for p in tree.parts)


@given(
    tree=st.recursive(
        WORDS.map(Leaf),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Either(tuple(parts))),
        ),
        max_leaves=6,
    )
)
def test_what_is_written_in_full_is_read_back(tree: Tree[str]) -> None:
    text = printed(tree)
    assert as_written(parse(text), text) == tree


def as_written(tree: Tree[Written], text: str) -> Tree[str]:
    if isinstance(tree, Leaf):
        return Leaf(text[tree.what.start : tree.what.end])
    if isinstance(tree, Not):
        return Not(as_written(tree.part, text))
    parts = tuple(as_written(part, text) for part in tree.parts)
    return All(parts) if isinstance(tree, All) else Either(parts)
