from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backtrail.trail.page.fitting import fit
from backtrail.trail.page.section import Draft, Piece

texts = st.text(max_size=40).filter(str.isprintable)
pieces = st.builds(
    Piece, text=texts, worth=st.integers(0, 5), short=st.none() | st.text("ab", max_size=3)
)
drafts = st.lists(
    st.builds(
        Draft,
        name=st.just("some"),
        title=texts,
        pieces=st.lists(pieces, max_size=6),
        noun=st.just("line"),
        command=st.just("show"),
        share=st.sampled_from([0.25, 0.5, 1.0]),
        unread=st.integers(0, 3),
    ),
    max_size=4,
)


def draft(*pieces: Piece, **more: object) -> Draft:
    given = {"name": "some", "title": "Some", "noun": "line", "command": "show", **more}
    return Draft(pieces=list(pieces), **given)  # type: ignore[arg-type]


@given(drafts=drafts, chars=st.integers(0, 300))
def test_what_is_chosen_has_room(drafts: list[Draft], chars: int) -> None:
    fitted = fit(drafts, chars, section_chars=5)
    taken = sum(len(each.title) + 5 + len(each.text) + 1 for each in fitted.sections)
    assert taken <= chars or not fitted.sections


@given(drafts=drafts, chars=st.integers(0, 300))
def test_what_is_not_there_is_counted(drafts: list[Draft], chars: int) -> None:
    fitted = fit(drafts, chars)
    there = sum(len(each.pieces) + each.unread for each in drafts)
    shown = sum(len(each.text.split("\n")) for each in fitted.sections)
    assert sum(each.count for each in fitted.left_out) == there - shown


def test_the_most_useful_is_taken_first_and_the_order_of_reading_is_kept() -> None:
    three = draft(
        Piece(text="first", worth=1), Piece(text="second", worth=9), Piece(text="third", worth=5)
    )
    (section,) = fit([three], len("Some") + len("second\nthird\n")).sections
    assert section.text == "second\nthird"


def test_a_piece_without_room_is_tried_in_its_short_form() -> None:
    long = draft(Piece(text="a long story", short="a story", worth=1))
    fitted = fit([long], len("Some") + len("a story\n"))
    assert fitted.sections[0].text == "a story"
    assert [(each.count, each.shortened) for each in fitted.left_out] == [(0, 1)]


def test_a_section_takes_no_more_than_its_share() -> None:
    greedy = draft(*(Piece(text="x" * 20, worth=9) for _ in range(10)), share=0.5)
    modest = draft(*(Piece(text="y" * 20, worth=1) for _ in range(2)))
    fitted = fit([greedy, modest], 200)
    assert len(fitted.sections[0].text) <= 100
    assert fitted.sections[1].text.count("y") == 40


def test_what_was_never_read_is_left_out_too() -> None:
    fitted = fit([draft(Piece(text="one", worth=1), unread=7)], 100)
    assert fitted.left_out[0].count == 7


def test_a_section_without_room_for_anything_is_not_there() -> None:
    fitted = fit([draft(Piece(text="x" * 50, worth=1))], 20)
    assert fitted.sections == []
    assert fitted.left_out[0].count == 1
