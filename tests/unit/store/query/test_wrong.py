from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backtrail.store.query.wrong import WrongQueryError, pointed


def test_a_place_is_shown_below_the_query() -> None:
    error = WrongQueryError(
        "there is no field 'nmae'", hint="did you mean name?", text="nmae:llm ok", start=0, end=4
    )
    assert error.message == "there is no field 'nmae' at character 1 of the query"
    assert error.hint == "did you mean name?\n  nmae:llm ok\n  ^^^^"
    assert error.exit_code == 2


def test_of_a_long_query_the_surroundings_are_shown() -> None:
    shown, carets = pointed("a" * 500 + "!" + "b" * 500, 500, 501).split("\n")
    assert len(shown) < 150
    assert shown[carets.index("^")] == "!"
    assert shown.startswith("  …a")
    assert shown.endswith("b…")


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    assert pointed("a\x1b[2J\nb", 0, 1) == "  a [2J b\n  ^"


@given(text=st.text(max_size=300), data=st.data())
def test_carets_always_stand_below_what_is_meant(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    shown, carets = pointed(text, start, end).split("\n")
    first = carets.index("^")
    assert carets.strip(" ") == "^" * max(1, end - start)
    if start < end and text[start].isprintable():
        assert shown[first] == text[start]
