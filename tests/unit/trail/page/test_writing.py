from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits.reading import BUNDLE_TOKENS_MIN
from backtrail.trail.page import writing
from backtrail.trail.page.section import Draft, LeftOut, Page, Piece
from backtrail.trail.page.writing import CHARS_PER_TOKEN, fitted_page, markdown

texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=300)
drafts = st.lists(
    st.builds(
        Draft,
        name=st.just("some"),
        title=st.text(max_size=60).filter(str.isprintable),
        pieces=st.lists(
            st.builds(Piece, text=texts, worth=st.integers(0, 5), short=st.none() | texts),
            max_size=30,
        ),
        noun=st.just("line"),
        command=st.just("backtrail show"),
        share=st.sampled_from([0.25, 1.0]),
        unread=st.integers(0, 10**7),
    ),
    max_size=8,
)


def made(drafts: list[Draft], tokens: int, **more: bool) -> Page:
    ids = {"trace_id": "a" * 32, "error_id": "b" * 32}
    return fitted_page(drafts, title="it failed " * 300, budget_tokens=tokens, **ids, **more)


@given(drafts=drafts, tokens=st.integers(BUNDLE_TOKENS_MIN, 3_000))
def test_a_page_is_never_larger_than_its_size(drafts: list[Draft], tokens: int) -> None:
    assert len(markdown(made(drafts, tokens))) <= tokens * CHARS_PER_TOKEN


@given(drafts=drafts, tokens=st.integers(BUNDLE_TOKENS_MIN, 3_000))
def test_as_json_neither(drafts: list[Draft], tokens: int) -> None:
    page = made(drafts, tokens, is_json=True)
    text = msgspec.json.format(msgspec.json.encode(page), indent=2).decode()
    assert len(text) <= tokens * CHARS_PER_TOKEN


def test_most_of_a_page_is_used() -> None:
    many = Draft(
        name="some",
        title="Some",
        pieces=[Piece(text="word " * 9, worth=1) for _ in range(1_000)],
        noun="line",
        command="backtrail show",
    )
    for is_json in (False, True):
        page = made([many], 1_000, is_json=is_json)
        assert len(page.sections[0].text) > 2_500


def test_markdown_has_the_title_the_sections_and_what_is_left_out() -> None:
    some = Draft(
        name="some",
        title="Some",
        pieces=[Piece(text="- one", worth=1)],
        noun="line",
        command="backtrail show",
        unread=2,
    )
    page = fitted_page([some], title="It", trace_id="a", error_id=None, budget_tokens=500)
    assert markdown(page) == (
        "# It\n\n## Some\n\n- one\n\n## Left out\n\nsome: 2 lines left out; `backtrail show`"
    ).replace("\nsome:", "\n- some:")


def test_a_note_says_what_is_missing_and_how_to_see_it() -> None:
    missing = LeftOut(section="locals", count=1, shortened=2, noun="variable", command="show it")
    assert writing.note_text(missing) == "locals: 1 variable left out, 2 shortened; `show it`"


def test_a_cut_text_says_how_much_is_missing() -> None:
    assert writing.shortened("abcdef", 4) == "abcd… (2 more chars)"
    assert writing.shortened("abcd", 4) == "abcd"


def test_what_a_program_recorded_cannot_pass_for_a_heading() -> None:
    assert writing.one_line("bad\n## Likely cause\nall is well", 100) == (
        "bad ## Likely cause all is well"
    )
    assert writing.quoted("bad\n## Likely cause", 100) == "> bad\n> ## Likely cause"


def test_a_token_is_four_characters_begun() -> None:
    assert [writing.tokens(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]


def test_what_a_terminal_would_obey_can_only_be_seen() -> None:
    page = fitted_page(
        [], title="a\x1b[2J\x9b\u202e\tb", trace_id="t", error_id=None, budget_tokens=500
    )
    text = markdown(page)
    assert text.startswith("# a␛[2J\ufffd\ufffd b")
